-- One ticket. $1 tenant_id, $2 ticket_id.
select t.ticket_id, t.number, t.subject, t.status, t.priority, t.type, t.tags, t.requester_id, t.assignee_id, t.group_id,
       t.organization_id, t.external_source, t.external_id, t.version, t.created_at, t.updated_at, t.closed_at
  from ringfence.tickets t
 where t.tenant_id = $1 and t.ticket_id = $2
