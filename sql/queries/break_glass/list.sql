-- A page of the grants, those past among them.
select g.grant_id, g.member_id, g.role, g.reason, g.granted_by, g.created_at, g.expires_at, g.revoked_at
  from ringfence.break_glass_grants g
 where g.tenant_id = :tenant_id
--? member_id and g.member_id = :member_id
--? created_at:after and (g.created_at, g.grant_id) > (:key_time, :key_id)
--? created_at:before and (g.created_at, g.grant_id) < (:key_time, :key_id)
--? created_at:ascending order by g.created_at, g.grant_id
--? created_at:descending order by g.created_at desc, g.grant_id desc
 limit :limit
