-- A contact with its audit row.
-- $1 tenant_id, $2 contact_id, $3 name, $4 email, $5 organization_id, $6 external_source, $7 external_id.
with c as (
    insert into ringfence.contacts (tenant_id, contact_id, name, email, organization_id, external_source, external_id)
    values ($1, $2, $3, $4, $5, $6, $7)
    returning *
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
    select c.tenant_id, 'contact.created', 'allow', 'contact.change', 'contact', c.contact_id, c.version from c
)
select c.contact_id, c.name, c.email, c.organization_id, c.external_source, c.external_id, c.version, c.created_at, c.updated_at
  from c
