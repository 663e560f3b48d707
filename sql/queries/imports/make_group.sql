-- A group by its name, made where there is none; needs group.manage, which the import of a file does not have.
-- $1 tenant_id, $2 group_id, $3 name.
with made as (
    insert into ringfence.groups (tenant_id, group_id, name)
    values ($1, $2, $3)
    on conflict do nothing
    returning tenant_id, group_id, version
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select m.tenant_id, 'group.created', 'allow', 'group.manage', 'group', m.group_id, m.version, '{"imported": true}' from made m
)
select m.group_id from made m where m.tenant_id = $1
