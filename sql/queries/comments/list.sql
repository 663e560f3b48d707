-- A page of a ticket's comments.
select c.comment_id, c.ticket_id, c.author_id, c.visibility, c.body, c.created_at
  from ringfence.comments c
 where c.tenant_id = :tenant_id and c.ticket_id = :ticket_id
--? visibility and c.visibility = :visibility
--? created_at:after and (c.created_at, c.comment_id) > (:key_time, :key_id)
--? created_at:before and (c.created_at, c.comment_id) < (:key_time, :key_id)
--? created_at:ascending order by c.created_at, c.comment_id
--? created_at:descending order by c.created_at desc, c.comment_id desc
 limit :limit
