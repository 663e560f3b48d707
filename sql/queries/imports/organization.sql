-- An organization by its name, made where it is not known. No row: somebody made the same one meanwhile.
-- $1 tenant_id, $2 organization_id, $3 name.
with known as (
    select o.organization_id
      from ringfence.organizations o
     where o.tenant_id = $1 and o.name = $3
), made as (
    insert into ringfence.organizations (tenant_id, organization_id, name)
    select $1, $2, $3
     where not exists (select from known)
    on conflict do nothing
    returning tenant_id, organization_id, version
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select m.tenant_id, 'organization.created', 'allow', 'organization.change', 'organization', m.organization_id, m.version, '{"imported": true}' from made m
)
select k.organization_id from known k
union all
select m.organization_id from made m
