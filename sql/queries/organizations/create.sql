-- An organization with its audit row. $1 tenant_id, $2 organization_id, $3 name, $4 external_source, $5 external_id.
with o as (
    insert into ringfence.organizations (tenant_id, organization_id, name, external_source, external_id) values ($1, $2, $3, $4, $5)
    returning *
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
    select o.tenant_id, 'organization.created', 'allow', 'organization.change', 'organization', o.organization_id, o.version from o
)
select o.organization_id, o.name, o.external_source, o.external_id, o.version, o.created_at, o.updated_at
  from o
