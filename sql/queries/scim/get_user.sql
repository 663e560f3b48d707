-- One user of the identity provider, with its groups. $1 tenant_id, $2 scim_user_id.
select u.scim_user_id, u.contact_id, u.user_name, u.external_id, u.active, u.attributes, u.version, u.created_at, u.updated_at,
       coalesce((select jsonb_agg(jsonb_build_object('value', g.scim_group_id, 'display', g.display_name) order by g.scim_group_id)
                    from ringfence.scim_group_members i
                    join ringfence.scim_groups g on g.tenant_id = $1 and g.scim_group_id = i.scim_group_id
                   where i.tenant_id = $1 and i.scim_user_id = u.scim_user_id), '[]') as groups
  from ringfence.scim_users u
 where u.tenant_id = $1 and u.scim_user_id = $2
