-- The tenant of a slug or id, and its state. $1 slug or id.
select f.tenant_id, f.status from ringfence.find_tenant($1) f
