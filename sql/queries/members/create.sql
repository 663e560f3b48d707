-- Ties an identity to the tenant: the contact unless there is one, the member, who may ask to enter, the groups, the audit
-- rows; all in one statement, so that a refused one leaves no identity behind. Whoever may give places may change contacts;
-- who may not is given no identity, and makes nobody.
-- $1 tenant_id, $2 contact_id of a new contact, $3 issuer, $4 subject, $5 name or null, $6 email or null, $7 role,
-- $8 permissions or null, $9 groups with what may be done there, $10 contact_id of one who is there already, or null,
-- $11 role_id or null.
with i as (
    select ringfence.identity_to_add($3, $4) as identity_id
), made as (
    insert into ringfence.contacts (tenant_id, contact_id, name, email)
    select $1, $2, $5::text, $6::text where $10::uuid is null
    returning *
), renamed as (
    update ringfence.contacts c
       set name = coalesce($5, c.name), email = coalesce($6, c.email), version = c.version + 1, updated_at = transaction_timestamp()
     where c.tenant_id = $1 and c.contact_id = $10 and ($5 is not null or $6 is not null)
    returning c.*
), person as (
    select made.name, made.email from made
    union all
    select renamed.name, renamed.email from renamed
    union all
    select c.name, c.email from ringfence.contacts c where c.tenant_id = $1 and c.contact_id = $10 and $5 is null and $6 is null
), m as (
    insert into ringfence.members (tenant_id, member_id, identity_id, role, permissions, role_id, version)
    select $1, coalesce($10, $2), i.identity_id, $7, $8::text[], $11::uuid, ringfence.first_version($10) from i where i.identity_id is not null
    returning *
), belongs as (
    insert into ringfence.memberships (identity_id, tenant_id) select m.identity_id, m.tenant_id from m
), works as (
    insert into ringfence.group_members (tenant_id, member_id, group_id, access)
    select m.tenant_id, m.member_id, g.group_id, g.access from m, jsonb_to_recordset($9) as g (group_id uuid, access text[])
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select made.tenant_id, 'contact.created', 'allow', 'contact.change', 'contact', made.contact_id, made.version, '{}'::jsonb from made
    union all
    select renamed.tenant_id, 'contact.updated', 'allow', 'contact.change', 'contact', renamed.contact_id, renamed.version,
           jsonb_build_object('fields', array_remove(array[case when $6 is not null then 'email' end, case when $5 is not null then 'name' end], null))
      from renamed
    union all
    select m.tenant_id, 'member.added', 'allow', 'member.manage', 'member', m.member_id, m.version, '{}'::jsonb from m
)
select m.member_id, coalesce(person.name, '') as name, person.email, m.role, m.role_id, m.permissions,
       coalesce((select jsonb_agg(g order by g ->> 'group_id') from jsonb_array_elements($9) g), '[]') as groups, m.version, m.created_at, m.updated_at
  from m left join person on true
