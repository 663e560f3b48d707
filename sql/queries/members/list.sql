-- A page of members. A class of principal adds its own predicate, for the planner does not see through a door's filter.
select m.member_id, coalesce(c.name, '') as name, c.email, m.role, m.role_id, m.permissions,
       coalesce((select jsonb_agg(jsonb_build_object('group_id', w.group_id, 'access', w.access) order by w.group_id)
                   from ringfence.group_members w where w.tenant_id = :tenant_id and w.member_id = m.member_id), '[]') as groups,
       m.version, m.created_at, m.updated_at
  from ringfence.members m
  left join ringfence.contacts c on c.tenant_id = :tenant_id and c.contact_id = m.member_id
 where m.tenant_id = :tenant_id
--? ids and m.member_id = any (:ids)
--? as_oneself and m.member_id = :member_id
--? role and m.role = any (:role)
--? group_id and exists (select from ringfence.group_members w where w.tenant_id = :tenant_id and w.member_id = m.member_id and w.group_id = :group_id)
--? created_at:after and (m.created_at, m.member_id) > (:key_time, :key_id)
--? created_at:before and (m.created_at, m.member_id) < (:key_time, :key_id)
--? created_at:ascending order by m.created_at, m.member_id
--? created_at:descending order by m.created_at desc, m.member_id desc
 limit :limit
