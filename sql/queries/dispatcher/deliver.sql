-- Delivers a letter in the tenant that it is for. $1 letter.
select ringfence.deliver_crossing($1) as receipt
