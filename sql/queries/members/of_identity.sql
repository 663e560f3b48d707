-- The member whom an identity is. $1 tenant_id, $2 identity_id.
select m.member_id from ringfence.members m where m.tenant_id = $1 and m.identity_id = $2
