-- The group of a name: an import fills queues and makes none. $1 tenant_id, $2 name.
select g.group_id
  from ringfence.groups g
 where g.tenant_id = $1 and g.name = $2
