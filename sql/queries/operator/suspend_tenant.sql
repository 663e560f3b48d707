-- $1 tenant_id, $2 suspended, $3 request_id.
select ringfence.suspend_tenant($1, $2, $3)
