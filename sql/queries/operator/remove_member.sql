-- $1 tenant_id, $2 member_id, $3 request_id.
select ringfence.deprovision_member($1, $2, $3)
