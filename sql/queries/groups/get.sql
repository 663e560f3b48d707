-- One group. $1 tenant_id, $2 group_id.
select g.group_id, g.name, g.version, g.created_at, g.updated_at
  from ringfence.groups g
 where g.tenant_id = $1 and g.group_id = $2
