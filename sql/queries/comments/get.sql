-- One comment of one ticket. $1 tenant_id, $2 ticket_id, $3 comment_id.
select c.comment_id, c.ticket_id, c.author_id, c.visibility, c.body, c.created_at
  from ringfence.comments c
 where c.tenant_id = $1 and c.ticket_id = $2 and c.comment_id = $3
