-- A page of the identity provider's groups, or as many as a filter is held against. Keys narrow what the filter must look at.
select g.scim_group_id, g.group_id, g.display_name, g.external_id, g.version, g.created_at, g.updated_at,
       array(select i.scim_user_id from ringfence.scim_group_members i where i.tenant_id = :tenant_id and i.scim_group_id = g.scim_group_id order by i.scim_user_id) as users,
       count(*) over () as total
  from ringfence.scim_groups g
 where g.tenant_id = :tenant_id
--? scim_group_id and g.scim_group_id = :scim_group_id
--? display_name and g.display_name = :display_name
--? external_key and g.external_id = :external_key
 order by g.created_at, g.scim_group_id
 limit :limit offset :skipped
