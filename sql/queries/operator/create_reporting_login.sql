-- $1 tenant_id, $2 SCRAM verifier, $3 request_id.
select ringfence.create_reporting_login($1, $2, $3)::text
