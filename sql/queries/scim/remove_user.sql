-- Ends a user, and their access with it. $1 tenant_id, $2 scim_user_id, $3 version expected or null.
with u as (
    select p.* from ringfence.deprovision_user($2, $3) p where p.tenant_id = $1
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select u.tenant_id, 'provisioning.user_deleted', 'allow', 'provision.manage', 'scim_user', u.scim_user_id, u.version,
           jsonb_build_object('member_id', u.contact_id)
      from u
)
select u.scim_user_id from u
