-- Carries events from the inbox to the trail of their tenant_id. $1 how many at most, $2 of which tenant, or null for the oldest.
select ringfence.move_audit($1, $2)
