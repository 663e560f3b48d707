-- Changes the fields that the patch names (RFC 7396), if the version is the one expected.
-- $1 tenant_id, $2 group_id, $3 version expected, $4 patch.
with before as (
    -- Reads the row as it was: a sibling of the UPDATE below never sees its effect.
    select b.* from ringfence.groups b where b.tenant_id = $1 and b.group_id = $2
), g as (
    update ringfence.groups g
       set name = case when $4::jsonb ? 'name' then $4 ->> 'name' else g.name end,
           version = g.version + 1,
           updated_at = transaction_timestamp()
     where g.tenant_id = $1 and g.group_id = $2 and g.version = $3
    returning g.*
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select g.tenant_id, 'group.updated', 'allow', 'group.manage', 'group', g.group_id, g.version,
           jsonb_build_object('fields', coalesce((select jsonb_agg(o.key order by o.key)
                                                    from jsonb_each(to_jsonb(before)) o join jsonb_each(to_jsonb(g)) n using (key)
                                                   where o.value is distinct from n.value and o.key not in ('version', 'updated_at')), '[]'))
      from before, g
)
select g.group_id, g.name, g.version, g.created_at, g.updated_at
  from g
