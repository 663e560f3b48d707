-- $1 tenant_id, $2 issuer, $3 subject, $4 name, $5 email, $6 role, $7 permissions, $8 request_id.
select ringfence.provision_member($1, $2, $3, $4, $5, $6, $7, $8)
