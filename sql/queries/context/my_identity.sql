-- Whom a credential stands for; no tenant_id: asked before a tenant is known. $1 a service token that names no tenant.
select i.identity_id, i.issuer, i.subject from ringfence.my_identity($1) i
