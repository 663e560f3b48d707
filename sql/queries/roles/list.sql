-- A page of the roles of the tenant's own making.
select r.role_id, r.name, r.permissions, r.version, r.created_at, r.updated_at
  from ringfence.tenant_roles r
 where r.tenant_id = :tenant_id
--? created_at:after and (r.created_at, r.role_id) > (:key_time, :key_id)
--? created_at:before and (r.created_at, r.role_id) < (:key_time, :key_id)
--? created_at:ascending order by r.created_at, r.role_id
--? created_at:descending order by r.created_at desc, r.role_id desc
 limit :limit
