-- Deletes an organization; the foreign keys of contacts and tickets refuse one that still has any.
-- $1 tenant_id, $2 organization_id, $3 version expected or null.
with o as (
    delete from ringfence.organizations o
     where o.tenant_id = $1 and o.organization_id = $2 and ($3::integer is null or o.version = $3)
    returning o.tenant_id, o.organization_id, o.version
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
    select o.tenant_id, 'organization.deleted', 'allow', 'organization.delete', 'organization', o.organization_id, o.version from o
)
select o.organization_id from o
