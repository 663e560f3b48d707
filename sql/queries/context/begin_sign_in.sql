-- no tenant_id: a sign-in begins before anybody is known. $1 a token of the purpose sign_in.begin.
select ringfence.begin_sign_in($1)
