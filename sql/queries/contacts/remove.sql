-- Deletes a contact; the foreign keys refuse one who is a member, asked, was answered for or wrote.
-- $1 tenant_id, $2 contact_id, $3 version expected or null.
with c as (
    delete from ringfence.contacts c
     where c.tenant_id = $1 and c.contact_id = $2 and ($3::integer is null or c.version = $3)
    returning c.tenant_id, c.contact_id, c.version
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
    select c.tenant_id, 'contact.deleted', 'allow', 'contact.delete', 'contact', c.contact_id, c.version from c
)
select c.contact_id from c
