-- Notes in the tenant that sent it how a letter fared; no tenant_id: the function enters the one that the signed receipt names. $1 receipt.
select ringfence.complete_crossing($1)
