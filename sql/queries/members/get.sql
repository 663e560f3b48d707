-- One member. Name and address are the contact's, and empty to those who may not read contacts. $1 tenant_id, $2 member_id.
select m.member_id, coalesce(c.name, '') as name, c.email, m.role, m.role_id, m.permissions,
       coalesce((select jsonb_agg(jsonb_build_object('group_id', w.group_id, 'access', w.access) order by w.group_id)
                   from ringfence.group_members w where w.tenant_id = $1 and w.member_id = m.member_id), '[]') as groups,
       m.version, m.created_at, m.updated_at
  from ringfence.members m
  left join ringfence.contacts c on c.tenant_id = $1 and c.contact_id = m.member_id
 where m.tenant_id = $1 and m.member_id = $2
