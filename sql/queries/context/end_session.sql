-- no tenant_id: ends a session of an identity. $1 a token of the purpose session.end.
select issuer, id_token from ringfence.end_session($1)
