-- Notes in the tenant that sent it how a letter fared. $1 receipt.
select ringfence.complete_crossing($1)
