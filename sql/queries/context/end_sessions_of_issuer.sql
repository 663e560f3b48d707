-- no tenant_id: an issuer ends sessions. $1 a token of the purpose session.end_by_issuer.
select ringfence.end_sessions_of_issuer($1)
