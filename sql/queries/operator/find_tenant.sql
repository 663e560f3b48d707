-- The tenant_id of a slug or id. $1 slug or id.
select ringfence.find_tenant($1)
