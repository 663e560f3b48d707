-- A group with its audit row. $1 tenant_id, $2 group_id, $3 name.
with g as (
    insert into ringfence.groups (tenant_id, group_id, name) values ($1, $2, $3)
    returning *
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
    select g.tenant_id, 'group.created', 'allow', 'group.manage', 'group', g.group_id, g.version from g
)
select g.group_id, g.name, g.version, g.created_at, g.updated_at
  from g
