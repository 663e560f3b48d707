-- A page of the shares of one comment of one ticket.
select s.share_id, s.link_id, s.ticket_id, s.comment_id, s.direction, s.state, s.reason, s.created_by, s.created_at, s.settled_at
  from ringfence.comment_shares s
 where s.tenant_id = :tenant_id and s.ticket_id = :ticket_id and s.comment_id = :comment_id
--? created_at:after and (s.created_at, s.share_id) > (:key_time, :key_id)
--? created_at:before and (s.created_at, s.share_id) < (:key_time, :key_id)
--? created_at:ascending order by s.created_at, s.share_id
--? created_at:descending order by s.created_at desc, s.share_id desc
 limit :limit
