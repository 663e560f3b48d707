-- A public comment is to go over to the ticket that its own is linked with under an agreement that lets it now; with its audit row.
-- $1 tenant_id, $2 ticket_id, $3 comment_id, $4 agreement_id, $5 share_id.
with s as (
    insert into ringfence.comment_shares (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, created_by)
    select c.tenant_id, $5, l.link_id, c.comment_id, c.ticket_id, c.requester_id, c.group_key, ringfence.member()
      from ringfence.comments c, ringfence.ticket_links l, ringfence.agreements a
     where c.tenant_id = $1 and c.ticket_id = $2 and c.comment_id = $3 and c.visibility = 'public'
       and l.tenant_id = $1 and l.ticket_id = $2 and l.agreement_id = $4 and l.state <> 'refused'
       and a.tenant_id = $1 and a.agreement_id = $4 and ringfence.agreement_refuses(a, 'outgoing', 'comment.share') is null
    returning *
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, details)
    select s.tenant_id, 'comment.shared', 'allow', ringfence.rule_of('ticket.escalate', s.group_key, s.requester_id), 'comment', s.comment_id,
           jsonb_build_object('agreement_id', $4::uuid, 'share_id', s.share_id)
      from s
)
select s.share_id, s.link_id, s.ticket_id, s.comment_id, s.direction, s.state, s.reason, s.created_by, s.created_at, s.settled_at, ringfence.post_crossing(s.share_id)
  from s
