-- no tenant_id: a session belongs to an identity. $1 a token of the purpose session.open.
select ringfence.open_session($1)
