-- Deletes a group and who works in it; the foreign key of tickets refuses one that still has any.
-- $1 tenant_id, $2 group_id, $3 version expected or null.
with g as (
    delete from ringfence.groups g
     where g.tenant_id = $1 and g.group_id = $2 and ($3::integer is null or g.version = $3)
    returning g.tenant_id, g.group_id, g.version
), emptied as (
    delete from ringfence.group_members w using g where w.tenant_id = $1 and w.group_id = g.group_id
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
    select g.tenant_id, 'group.deleted', 'allow', 'group.manage', 'group', g.group_id, g.version from g
)
select g.group_id from g
