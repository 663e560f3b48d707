-- The attempt that a browser comes back with, and the tenant_id it named; once. $1 a token of the purpose sign_in.take.
select issuer, return_to, tenant_id, max_age, acr from ringfence.take_sign_in($1)
