-- Each tenant_id that the token's identity may try to enter. $1 a token that names no tenant.
select my_tenants as tenant_id from ringfence.my_tenants($1)
