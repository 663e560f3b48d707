-- no tenant_id: whose live session it is. $1 a token of the purpose session.find.
select session_id, identity_id, issuer, subject, acr, authenticated_at, verified_email, idle_expires_at, expires_at
  from ringfence.find_session($1)
