-- Deletes a group. The foreign keys refuse one that still has tickets, or members: an agent whose last group vanished
-- would work in all of them.
-- $1 tenant_id, $2 group_id, $3 version expected or null.
with g as (
    delete from ringfence.groups g
     where g.tenant_id = $1 and g.group_id = $2 and ($3::integer is null or g.version = $3)
    returning g.tenant_id, g.group_id, g.version
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
    select g.tenant_id, 'group.deleted', 'allow', 'group.manage', 'group', g.group_id, g.version from g
)
select g.group_id from g
