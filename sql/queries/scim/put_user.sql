-- Makes a user or changes one, with the membership, through the one function that may.
-- $1 tenant_id, $2 scim_user_id, $3 version expected or null, $4 user_name, $5 external_key or null, $6 active or null, $7 name, $8 email or null, $9 attributes.
with u as (
    select p.* from ringfence.provision_user($2, $3, $4, $5, $6, $7, $8, $9) p where p.tenant_id = $1
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select u.tenant_id, case when $3::integer is null then 'provisioning.user_created' else 'provisioning.user_updated' end, 'allow', 'provision.manage',
           'scim_user', u.scim_user_id, u.version, jsonb_build_object('member_id', u.contact_id, 'active', u.active, 'role', u.role)
      from u
)
select u.scim_user_id, u.contact_id, u.user_name, u.external_id, u.active, u.attributes, u.version, u.created_at, u.updated_at,
       coalesce((select jsonb_agg(jsonb_build_object('value', g.scim_group_id, 'display', g.display_name) order by g.scim_group_id)
                    from ringfence.scim_group_members i
                    join ringfence.scim_groups g on g.tenant_id = $1 and g.scim_group_id = i.scim_group_id
                   where i.tenant_id = $1 and i.scim_user_id = u.scim_user_id), '[]') as groups
  from u
