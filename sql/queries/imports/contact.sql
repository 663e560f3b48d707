-- A person by their id in the other system, or else by their address; made where neither is known. One who is known keeps
-- their name. No row: somebody made the same person meanwhile.
-- $1 tenant_id, $2 contact_id, $3 name, $4 email, $5 external_source, $6 external_id.
with known as (
    select c.contact_id
      from ringfence.contacts c
     where c.tenant_id = $1 and ((c.external_source = $5 and c.external_id = $6) or c.email_key = lower($4))
     order by c.external_id is not distinct from $6 and c.external_source is not distinct from $5 desc
     limit 1
), made as (
    insert into ringfence.contacts (tenant_id, contact_id, name, email, external_source, external_id)
    select $1, $2, $3, $4, $5, $6
     where not exists (select from known)
    on conflict do nothing
    returning tenant_id, contact_id, version
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select m.tenant_id, 'contact.created', 'allow', 'contact.change', 'contact', m.contact_id, m.version, '{"imported": true}' from made m
)
select k.contact_id from known k
union all
select m.contact_id from made m
