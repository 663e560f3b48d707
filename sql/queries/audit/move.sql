-- Carries events from the inbox to the trail of their tenant_id. $1 how many at most.
select ringfence.move_audit($1)
