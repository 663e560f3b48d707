-- $1 tenant_id, $2 slug, $3 name, $4 request_id.
select ringfence.create_tenant($1, $2, $3, $4)
