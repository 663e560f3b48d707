-- The tenant_id of a slug, or null. $1 slug.
select ringfence.resolve_tenant($1) as tenant_id
