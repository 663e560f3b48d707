-- Delivers a letter in the tenant that it is for; no tenant_id: the function enters the one that the signed letter names. $1 letter.
select ringfence.deliver_crossing($1) as receipt
