-- no tenant_id: asked before a tenant is known. $1 token minted for it.
select ringfence.identify($1)
