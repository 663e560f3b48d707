-- A role of the tenant's own making, with its audit row. $1 tenant_id, $2 role_id, $3 name, $4 permissions.
with r as (
    insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ($1, $2, $3, $4)
    returning *
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select r.tenant_id, 'role.created', 'allow', 'role.manage', 'role', r.role_id, r.version, jsonb_build_object('permissions', r.permissions) from r
)
select r.role_id, r.name, r.permissions, r.version, r.created_at, r.updated_at
  from r
