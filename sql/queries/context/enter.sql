-- The service says which tenant it means and who is calling how; enter() proves the first against the token and writes the context.
-- $1 tenant_id as text, $2 kind of actor, $3 session, $4 authentication, $5 token. The target list runs from left to right.
select set_config('app.tenant_id', $1, true),
       set_config('app.actor_kind', $2, true),
       set_config('app.session_id', $3, true),
       set_config('app.authentication', $4, true),
       ringfence.enter($5) as entered
