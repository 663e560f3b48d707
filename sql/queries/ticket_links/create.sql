-- A ticket is to go over under an agreement that lets it now; with its audit row. What goes is read when it is carried.
-- $1 tenant_id, $2 ticket_id, $3 agreement_id, $4 link_id.
with l as (
    insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by)
    select t.tenant_id, $4, a.agreement_id, t.ticket_id, t.requester_id, t.group_key, ringfence.member()
      from ringfence.tickets t, ringfence.agreements a
     where t.tenant_id = $1 and t.ticket_id = $2 and a.tenant_id = $1 and a.agreement_id = $3
       and ringfence.agreement_refuses(a, 'outgoing', 'ticket.escalate') is null
    returning *
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, details)
    select l.tenant_id, 'ticket.escalated', 'allow', ringfence.rule_of('ticket.escalate', l.group_key, l.requester_id), 'ticket', l.ticket_id,
           jsonb_build_object('agreement_id', l.agreement_id, 'link_id', l.link_id)
      from l
)
select l.link_id, l.ticket_id, l.agreement_id, l.direction, l.state, l.reason, l.created_by, l.requester_name, l.requester_email, l.created_at, l.settled_at, ringfence.post_crossing(l.link_id)
  from l
