-- Whether a ticket of another system is here already. $1 tenant_id, $2 external_source, $3 external_id.
select t.ticket_id
  from ringfence.tickets t
 where t.tenant_id = $1 and t.external_source = $2 and t.external_id = $3
