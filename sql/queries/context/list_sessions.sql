-- no tenant_id: the live sessions of an identity. $1 a token of the purpose session.list.
select session_id, acr, authenticated_at, created_at, last_seen_at, idle_expires_at, expires_at from ringfence.list_sessions($1)
