-- A ticket of another system with its comments, its history and their audit rows, in one statement: authors and times are
-- those of the other system, the history names who imported it.
-- $1 tenant_id, $2 ticket_id, $3 number, $4 subject, $5 status, $6 priority, $7 type, $8 requester_id, $9 group_id,
-- $10 organization_id, $11 tags, $12 external_source, $13 external_id, $14 created_at, $15 updated_at, $16 closed_at,
-- $17 ticket_event_id; of each comment: $18 comment_id, $19 author_id, $20 visibility, $21 body, $22 external_id, $23 created_at.
with t as (
    insert into ringfence.tickets (tenant_id, ticket_id, number, subject, status, priority, type, requester_id, group_id,
                                   organization_id, tags, external_source, external_id, created_at, updated_at, closed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    returning *
), words as (
    insert into ringfence.tags (tenant_id, tag)
    select $1, word from unnest($11::text[]) word
    on conflict do nothing
), said as (
    insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body, external_id, created_at)
    select t.tenant_id, c.comment_id, t.ticket_id, t.requester_id, t.group_key, c.author_id, c.visibility, c.body, c.external_id, c.created_at
      from t, unnest($18::uuid[], $19::uuid[], $20::text[], $21::text[], $22::text[], $23::timestamptz[])
              as c (comment_id, author_id, visibility, body, external_id, created_at)
), history as (
    insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version, created_at)
    select t.tenant_id, $17, t.ticket_id, t.requester_id, t.group_key, ringfence.member(), 'ticket.created', 'public', t.version, t.created_at from t
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select t.tenant_id, 'ticket.created', 'allow', 'ticket.import', 'ticket', t.ticket_id, t.version,
           jsonb_build_object('imported', true, 'comments', cardinality($18::uuid[]))
      from t
    union all
    select t.tenant_id, 'comment.created', 'allow', 'ticket.import', 'comment', c.comment_id, null,
           jsonb_build_object('imported', true, 'ticket_id', t.ticket_id, 'visibility', c.visibility)
      from t, unnest($18::uuid[], $20::text[]) as c (comment_id, visibility)
)
select t.ticket_id from t
 where t.tenant_id = $1
