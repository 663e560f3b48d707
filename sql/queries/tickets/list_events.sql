-- A page of a ticket's history.
select e.ticket_event_id, e.ticket_id, e.kind, e.actor_id, e.visibility, e.version, e.changes, e.created_at
  from ringfence.ticket_events e
 where e.tenant_id = :tenant_id and e.ticket_id = :ticket_id
--? created_at:after and (e.created_at, e.ticket_event_id) > (:key_time, :key_id)
--? created_at:before and (e.created_at, e.ticket_event_id) < (:key_time, :key_id)
--? created_at:ascending order by e.created_at, e.ticket_event_id
--? created_at:descending order by e.created_at desc, e.ticket_event_id desc
 limit :limit
