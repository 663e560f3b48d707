-- no tenant_id: asked before a tenant is known. $1 issuer, $2 subject.
select ringfence.identify($1, $2)
