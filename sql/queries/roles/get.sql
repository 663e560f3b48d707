-- One role of the tenant's own making. $1 tenant_id, $2 role_id.
select r.role_id, r.name, r.permissions, r.version, r.created_at, r.updated_at
  from ringfence.tenant_roles r
 where r.tenant_id = $1 and r.role_id = $2
