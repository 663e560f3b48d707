-- A comment on a ticket that the caller sees, with its history and audit row.
-- $1 tenant_id, $2 ticket_id, $3 comment_id, $4 visibility, $5 body, $6 ticket_event_id.
with parent as (
    select t.* from ringfence.tickets t where t.tenant_id = $1 and t.ticket_id = $2
), c as (
    insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
    select p.tenant_id, $3, p.ticket_id, p.requester_id, p.group_key, ringfence.member(), $4, $5 from parent p
    returning *
), history as (
    insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version)
    select c.tenant_id, $6, c.ticket_id, c.requester_id, c.group_key, c.author_id, 'comment.created', c.visibility, p.version
      from c join parent p using (tenant_id, ticket_id)
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, details)
    select c.tenant_id, 'comment.created', 'allow', ringfence.rule_of('comment.create', c.group_key, c.requester_id), 'comment', c.comment_id,
           jsonb_build_object('ticket_id', c.ticket_id, 'visibility', c.visibility)
      from c
)
select c.comment_id, c.ticket_id, c.author_id, c.visibility, c.body, c.created_at, ringfence.touch_ticket(c.ticket_id)
  from c
