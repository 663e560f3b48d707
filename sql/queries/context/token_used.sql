-- When an API token was last used. $1 a service token, of the tenant_id and API token in it.
select ringfence.token_used($1)
