-- Over all tenants, the one command that is: $1 request_id.
select tenant_id, slug, name, status, created_at from ringfence.list_tenants($1)
