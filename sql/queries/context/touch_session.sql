-- no tenant_id: the idle time of a session begins anew. $1 a token of the purpose session.touch.
select ringfence.touch_session($1)
