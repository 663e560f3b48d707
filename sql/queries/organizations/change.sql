-- Changes the fields that the patch names (RFC 7396), if the version is the one expected.
-- $1 tenant_id, $2 organization_id, $3 version expected, $4 patch.
with before as (
    -- Reads the row as it was: a sibling of the UPDATE below never sees its effect.
    select b.* from ringfence.organizations b where b.tenant_id = $1 and b.organization_id = $2
), o as (
    update ringfence.organizations o
       set name = case when $4::jsonb ? 'name' then $4 ->> 'name' else o.name end,
           external_source = case when $4 ? 'external_source' then $4 ->> 'external_source' else o.external_source end,
           external_id = case when $4 ? 'external_id' then $4 ->> 'external_id' else o.external_id end,
           version = o.version + 1,
           updated_at = transaction_timestamp()
     where o.tenant_id = $1 and o.organization_id = $2 and o.version = $3
    returning o.*
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select o.tenant_id, 'organization.updated', 'allow', 'organization.change', 'organization', o.organization_id, o.version,
           jsonb_build_object('fields', coalesce((select jsonb_agg(w.key order by w.key)
                                                    from jsonb_each(to_jsonb(before)) w join jsonb_each(to_jsonb(o)) n using (key)
                                                   where w.value is distinct from n.value and w.key not in ('version', 'updated_at')), '[]'))
      from before, o
)
select o.organization_id, o.name, o.external_source, o.external_id, o.version, o.created_at, o.updated_at
  from o
