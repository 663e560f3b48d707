-- Changes the fields that the patch names (RFC 7396), if the version is the one expected.
-- $1 tenant_id, $2 contact_id, $3 version expected, $4 patch.
with before as (
    -- Reads the row as it was: a sibling of the UPDATE below never sees its effect.
    select b.* from ringfence.contacts b where b.tenant_id = $1 and b.contact_id = $2
), c as (
    update ringfence.contacts c
       set name = case when $4::jsonb ? 'name' then $4 ->> 'name' else c.name end,
           email = case when $4 ? 'email' then $4 ->> 'email' else c.email end,
           organization_id = case when $4 ? 'organization_id' then ($4 ->> 'organization_id')::uuid else c.organization_id end,
           external_source = case when $4 ? 'external_source' then $4 ->> 'external_source' else c.external_source end,
           external_id = case when $4 ? 'external_id' then $4 ->> 'external_id' else c.external_id end,
           version = c.version + 1,
           updated_at = transaction_timestamp()
     where c.tenant_id = $1 and c.contact_id = $2 and c.version = $3
    returning c.*
), shown as (
    -- The member who is this person is shown by name and address, and goes on to another version with them.
    select c.tenant_id, c.contact_id, ringfence.touch_member(c.contact_id) as version,
           array_remove(array[case when before.email is distinct from c.email then 'email' end, case when before.name <> c.name then 'name' end], null) as fields
      from before, c
     where (before.name, before.email) is distinct from (c.name, c.email)
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select c.tenant_id, 'contact.updated', 'allow', 'contact.change', 'contact', c.contact_id, c.version,
           jsonb_build_object('fields', coalesce((select jsonb_agg(o.key order by o.key)
                                                    from jsonb_each(to_jsonb(before)) o join jsonb_each(to_jsonb(c)) n using (key)
                                                   where o.value is distinct from n.value and o.key not in ('version', 'updated_at', 'email_key')), '[]'))
      from before, c
    union all
    select s.tenant_id, 'member.updated', 'allow', 'contact.change', 'member', s.contact_id, s.version, jsonb_build_object('fields', s.fields)
      from shown s where s.version is not null
)
select c.contact_id, c.name, c.email, c.organization_id, c.external_source, c.external_id, c.version, c.created_at, c.updated_at
  from c
