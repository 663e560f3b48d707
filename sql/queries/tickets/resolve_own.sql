-- A requester solves or reopens their own ticket. $1 tenant_id, $2 ticket_id, $3 version expected, $4 status, $5 ticket_event_id.
with before as (
    select b.status from ringfence.tickets b where b.tenant_id = $1 and b.ticket_id = $2
), t as (
    select resolved.* from ringfence.resolve_own_ticket($2, $3, $4) resolved where resolved.tenant_id = $1
), history as (
    insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version, changes)
    select t.tenant_id, $5, t.ticket_id, t.requester_id, t.group_key, ringfence.member(), 'ticket.status_set', 'public', t.version,
           case when before.status = t.status then '{}' else jsonb_build_object('status', jsonb_build_array(before.status, t.status)) end
      from before, t
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select t.tenant_id, 'ticket.status_set', 'allow', 'ticket.resolve.own', 'ticket', t.ticket_id, t.version, '{"fields": ["status"]}' from t
)
select t.ticket_id, t.number, t.subject, t.status, t.priority, t.type, t.tags, t.requester_id, t.assignee_id, t.group_id,
       t.organization_id, t.external_source, t.external_id, t.version, t.created_at, t.updated_at, t.closed_at
  from t
