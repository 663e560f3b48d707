-- Whether a ticket of another system is here already under one of its ids, and how many of its comments are not.
-- $1 tenant_id, $2 external_source, $3 external_ids, $4 comment_external_ids.
select f.ticket_ids,
       (select count(*) from unnest($4::text[]) said (external_id)
         where not exists (select from ringfence.comments c
                            where c.tenant_id = $1 and c.ticket_id = any (f.ticket_ids) and c.external_id = said.external_id)) as comments_not_here
  from (select array_agg(t.ticket_id order by t.ticket_id) as ticket_ids
          from ringfence.tickets t
         where t.tenant_id = $1 and t.external_source = $2 and t.external_id = any ($3)) f
 where f.ticket_ids is not null
