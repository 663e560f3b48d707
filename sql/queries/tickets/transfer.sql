-- Hands a ticket to a group that the caller does not work in. $1 tenant_id, $2 ticket_id, $3 version expected, $4 group_id,
-- $5 assignee_id, $6 ticket_event_id.
with before as (
    -- Reads the row as it was: the function's effect is none that a sibling sees.
    select b.assignee_id, b.group_id from ringfence.tickets b where b.tenant_id = $1 and b.ticket_id = $2
), t as (
    select moved.* from ringfence.transfer_ticket($2, $3, $4, $5, $6) moved where moved.tenant_id = $1
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select t.tenant_id, 'ticket.assigned', 'allow', 'ticket.change.group', 'ticket', t.ticket_id, t.version,
           jsonb_build_object('fields', array_remove(array[case when t.assignee_id is distinct from before.assignee_id then 'assignee_id' end,
                                                           case when t.group_id is distinct from before.group_id then 'group_id' end], null))
      from t, before
)
select t.ticket_id, t.number, t.subject, t.status, t.priority, t.type, t.tags, t.requester_id, t.assignee_id, t.group_id,
       t.organization_id, t.external_source, t.external_id, t.version, t.created_at, t.updated_at, t.closed_at
  from t
