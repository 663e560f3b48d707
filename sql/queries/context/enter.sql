-- The service says which tenant it means and what the caller shows; enter() proves the first against the token and writes the context.
-- $1 tenant_id as text, $2 session, $3 authentication, $4 token. The target list runs from left to right.
select set_config('app.tenant_id', $1, true),
       set_config('app.session_id', $2, true),
       set_config('app.authentication', $3, true),
       ringfence.enter($4) as entered
