-- Changes the fields that the patch names (RFC 7396), if the version is the one expected and an owner remains.
-- Whoever may change members may change contacts.
-- $1 tenant_id, $2 member_id, $3 version expected, $4 patch.
with before as (
    -- Reads everything as it was: a sibling of the statements below never sees their effect. Holds the person before the member.
    select c.name, c.email, b.role, b.role_id, b.permissions,
           coalesce((select jsonb_agg(jsonb_build_object('group_id', w.group_id, 'access', w.access) order by w.group_id)
                       from ringfence.group_members w where w.tenant_id = $1 and w.member_id = b.member_id), '[]') as groups
      from ringfence.members b
      join ringfence.contacts c on c.tenant_id = $1 and c.contact_id = b.member_id
     where b.tenant_id = $1 and b.member_id = $2
       for no key update of c
), owners as (
    -- Locked in one order: of two owners who demote one another the second waits here, and then counts one owner less.
    select o.member_id from ringfence.members o, before where o.tenant_id = $1 and o.role = 'owner' order by o.member_id for no key update of o
), m as (
    update ringfence.members m
       set role = coalesce($4 ->> 'role', m.role),
           role_id = case when $4 ? 'role_id' then ($4 ->> 'role_id')::uuid
                          when coalesce($4 ->> 'role', m.role) = 'custom' then m.role_id end,
           permissions = case when jsonb_typeof($4 -> 'permissions') = 'array' then array(select jsonb_array_elements_text($4 -> 'permissions'))
                              when not $4 ? 'permissions' and coalesce($4 ->> 'role', m.role) = 'service' then m.permissions end,
           version = m.version + 1,
           updated_at = transaction_timestamp()
      from before
     where m.tenant_id = $1 and m.member_id = $2 and m.version = $3
       and (m.role <> 'owner' or coalesce($4::jsonb ->> 'role', 'owner') = 'owner' or (select count(*) from owners) > 1)
    returning m.*
), c as (
    update ringfence.contacts c
       set name = case when $4 ? 'name' then $4 ->> 'name' else c.name end,
           email = case when $4 ? 'email' then $4 ->> 'email' else c.email end,
           version = c.version + 1,
           updated_at = transaction_timestamp()
      from m
     where c.tenant_id = $1 and c.contact_id = m.member_id and ($4 ? 'name' or $4 ? 'email')
    returning c.*
), left_groups as (
    delete from ringfence.group_members w using m
     where $4 ? 'groups' and w.tenant_id = $1 and w.member_id = m.member_id
       and not exists (select from jsonb_to_recordset($4 -> 'groups') as g (group_id uuid) where g.group_id = w.group_id)
), joined_groups as (
    insert into ringfence.group_members as w (tenant_id, member_id, group_id, access)
    select m.tenant_id, m.member_id, g.group_id, g.access from m, jsonb_to_recordset($4 -> 'groups') as g (group_id uuid, access text[])
    on conflict on constraint group_members_pkey do update set access = excluded.access where w.access <> excluded.access
), after as (
    select m.tenant_id, m.member_id, case when c.contact_id is null then before.name else c.name end as name,
           case when c.contact_id is null then before.email else c.email end as email, m.role, m.role_id, m.permissions,
           case when $4 ? 'groups' then coalesce((select jsonb_agg(g order by g ->> 'group_id') from jsonb_array_elements($4 -> 'groups') g), '[]')
                else before.groups end as groups,
           m.version, m.created_at, m.updated_at
      from before cross join m left join c on true
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select c.tenant_id, 'contact.updated', 'allow', 'contact.change', 'contact', c.contact_id, c.version,
           jsonb_build_object('fields', (select jsonb_agg(k order by k) from jsonb_object_keys($4) k where k in ('email', 'name')))
      from c
    union all
    select a.tenant_id, 'member.updated', 'allow', 'member.manage', 'member', a.member_id, a.version,
           jsonb_build_object('fields', coalesce((select jsonb_agg(o.key order by o.key)
                                                    from jsonb_each(to_jsonb(before)) o join jsonb_each(to_jsonb(a)) n using (key)
                                                   where o.value is distinct from n.value), '[]'))
      from before, after a
)
select a.member_id, coalesce(a.name, '') as name, a.email, a.role, a.role_id, a.permissions, a.groups, a.version, a.created_at, a.updated_at
  from after a
