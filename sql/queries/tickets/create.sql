-- A ticket with its first comment, its history and their audit rows, in one statement.
-- $1 tenant_id, $2 ticket_id, $3 number, $4 subject, $5 priority, $6 type, $7 requester_id, $8 group_id, $9 assignee_id,
-- $10 organization_id, $11 tags, $12 external_source, $13 external_id, $14 body or null, $15 comment_id, $16 ticket_event_id.
with t as (
    insert into ringfence.tickets (tenant_id, ticket_id, number, subject, priority, type, requester_id, group_id, assignee_id,
                                   organization_id, tags, external_source, external_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    returning *
), words as (
    insert into ringfence.tags (tenant_id, tag)
    select $1, word from unnest($11::text[]) word
    on conflict do nothing
), said as (
    insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
    select t.tenant_id, $15, t.ticket_id, t.requester_id, t.group_key, ringfence.member(), 'public', $14
      from t where $14::text is not null
), history as (
    insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version)
    select t.tenant_id, $16, t.ticket_id, t.requester_id, t.group_key, ringfence.member(), 'ticket.created', 'public', t.version from t
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select t.tenant_id, 'ticket.created', 'allow', ringfence.rule_of('ticket.create', t.group_key, t.requester_id), 'ticket', t.ticket_id, t.version, '{}'::jsonb from t
    union all
    select t.tenant_id, 'comment.created', 'allow', ringfence.rule_of('comment.create', t.group_key, t.requester_id), 'comment', $15, null,
           jsonb_build_object('ticket_id', t.ticket_id, 'visibility', 'public')
      from t where $14::text is not null
)
select t.ticket_id, t.number, t.subject, t.status, t.priority, t.type, t.tags, t.requester_id, t.assignee_id, t.group_id,
       t.organization_id, t.external_source, t.external_id, t.version, t.created_at, t.updated_at, t.closed_at
  from t
