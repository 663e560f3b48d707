-- The contact of an e-mail address, made if there is none. $1 tenant_id, $2 contact_id of a new one, $3 name, $4 e-mail.
with made as (
    insert into ringfence.contacts (tenant_id, contact_id, name, email)
    select $1, $2, $3, $4 where not exists (select from ringfence.contacts c where c.tenant_id = $1 and c.email_key = lower($4))
    on conflict on constraint contacts_email_key do nothing
    returning contact_id
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id)
    select $1, 'contact.created', 'allow', 'contact.change', 'contact', made.contact_id from made
)
select contact_id from made
union all
select c.contact_id from ringfence.contacts c where c.tenant_id = $1 and c.email_key = lower($4)
