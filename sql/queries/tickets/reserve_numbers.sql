-- A block of numbers of the tenant entered. $1 tenant_id, $2 how many.
select ringfence.reserve_ticket_numbers($2) as first where ringfence.tenant_id() = $1
