-- $1 tenant_id, $2 request_id.
select member_id, name, role, issuer, subject, created_at from ringfence.list_provisioned_members($1, $2)
