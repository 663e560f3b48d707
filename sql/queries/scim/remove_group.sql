-- Ends a group. $1 tenant_id, $2 scim_group_id, $3 version expected or null.
with g as (
    select p.* from ringfence.deprovision_group($2, $3) p where p.tenant_id = $1
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select g.tenant_id, 'provisioning.group_deleted', 'allow', 'provision.manage', 'scim_group', g.scim_group_id, g.version,
           jsonb_build_object('group_id', g.group_id)
      from g
)
select g.scim_group_id from g
