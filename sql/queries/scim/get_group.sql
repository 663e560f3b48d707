-- One group of the identity provider, with its users. $1 tenant_id, $2 scim_group_id.
select g.scim_group_id, g.group_id, g.display_name, g.external_id, g.version, g.created_at, g.updated_at,
       array(select i.scim_user_id from ringfence.scim_group_members i where i.tenant_id = $1 and i.scim_group_id = g.scim_group_id order by i.scim_user_id) as users
  from ringfence.scim_groups g
 where g.tenant_id = $1 and g.scim_group_id = $2
