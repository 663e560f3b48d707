-- Makes a group or changes one, with the queue and who works it, through the one function that may.
-- $1 tenant_id, $2 scim_group_id, $3 version expected or null, $4 display_name, $5 external_key or null, $6 scim_user_ids.
with g as (
    select p.* from ringfence.provision_group($2, $3, $4, $5, $6) p where p.tenant_id = $1
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select g.tenant_id, case when $3::integer is null then 'provisioning.group_created' else 'provisioning.group_updated' end, 'allow', 'provision.manage',
           'scim_group', g.scim_group_id, g.version, jsonb_build_object('group_id', g.group_id, 'users', cardinality($6::uuid[]))
      from g
)
select g.scim_group_id, g.group_id, g.display_name, g.external_id, g.version, g.created_at, g.updated_at,
       array(select distinct j from unnest($6) j order by j) as users
  from g
