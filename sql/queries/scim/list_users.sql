-- A page of the identity provider's users, or as many as a filter is held against. Keys narrow what the filter must look at.
select u.scim_user_id, u.contact_id, u.user_name, u.external_id, u.active, u.attributes, u.version, u.created_at, u.updated_at,
       coalesce((select jsonb_agg(jsonb_build_object('value', g.scim_group_id, 'display', g.display_name) order by g.scim_group_id)
                    from ringfence.scim_group_members i
                    join ringfence.scim_groups g on g.tenant_id = :tenant_id and g.scim_group_id = i.scim_group_id
                   where i.tenant_id = :tenant_id and i.scim_user_id = u.scim_user_id), '[]') as groups,
       count(*) over () as total
  from ringfence.scim_users u
 where u.tenant_id = :tenant_id
--? scim_user_id and u.scim_user_id = :scim_user_id
--? user_name and u.user_name_key = lower(:user_name)
--? external_key and u.external_id = :external_key
 order by u.created_at, u.scim_user_id
 limit :limit offset :skipped
