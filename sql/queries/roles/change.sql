-- Changes the fields that the patch names (RFC 7396), if the version is the one expected; whoever holds the role feels it at
-- their next entry. $1 tenant_id, $2 role_id, $3 version expected, $4 patch.
with before as (
    -- Reads the row as it was: a sibling of the UPDATE below never sees its effect.
    select b.* from ringfence.tenant_roles b where b.tenant_id = $1 and b.role_id = $2
), r as (
    update ringfence.tenant_roles r
       set name = case when $4::jsonb ? 'name' then $4 ->> 'name' else r.name end,
           permissions = case when $4 ? 'permissions' then array(select jsonb_array_elements_text($4 -> 'permissions')) else r.permissions end,
           version = r.version + 1,
           updated_at = transaction_timestamp()
     where r.tenant_id = $1 and r.role_id = $2 and r.version = $3
    returning r.*
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select r.tenant_id, 'role.updated', 'allow', 'role.manage', 'role', r.role_id, r.version,
           jsonb_build_object('fields', coalesce((select jsonb_agg(o.key order by o.key)
                                                    from jsonb_each(to_jsonb(before)) o join jsonb_each(to_jsonb(r)) n using (key)
                                                   where o.value is distinct from n.value and o.key not in ('version', 'updated_at')), '[]'),
                              'permissions', r.permissions)
      from before, r
)
select r.role_id, r.name, r.permissions, r.version, r.created_at, r.updated_at
  from r
