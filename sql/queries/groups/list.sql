-- A page of groups.
select g.group_id, g.name, g.version, g.created_at, g.updated_at
  from ringfence.groups g
 where g.tenant_id = :tenant_id
--? ids and g.group_id = any (:ids)
--? created_at:after and (g.created_at, g.group_id) > (:key_time, :key_id)
--? created_at:before and (g.created_at, g.group_id) < (:key_time, :key_id)
--? created_at:ascending order by g.created_at, g.group_id
--? created_at:descending order by g.created_at desc, g.group_id desc
 limit :limit
