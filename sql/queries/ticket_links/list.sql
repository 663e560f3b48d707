-- A page of a ticket's links.
select l.link_id, l.ticket_id, l.agreement_id, l.direction, l.state, l.reason, l.created_by, l.requester_name, l.requester_email, l.created_at, l.settled_at
  from ringfence.ticket_links l
 where l.tenant_id = :tenant_id and l.ticket_id = :ticket_id
--? created_at:after and (l.created_at, l.link_id) > (:key_time, :key_id)
--? created_at:before and (l.created_at, l.link_id) < (:key_time, :key_id)
--? created_at:ascending order by l.created_at, l.link_id
--? created_at:descending order by l.created_at desc, l.link_id desc
 limit :limit
