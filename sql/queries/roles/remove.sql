-- Deletes a role; the foreign key refuses one that somebody holds. $1 tenant_id, $2 role_id, $3 version expected or null.
with r as (
    delete from ringfence.tenant_roles r
     where r.tenant_id = $1 and r.role_id = $2 and ($3::integer is null or r.version = $3)
    returning r.tenant_id, r.role_id, r.version
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
    select r.tenant_id, 'role.deleted', 'allow', 'role.manage', 'role', r.role_id, r.version from r
)
select r.role_id from r
