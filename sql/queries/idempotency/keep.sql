-- Keeps an answer, in the transaction of its effect; the member's stale ones are forgotten first.
-- $1 tenant_id, $2 route, $3 key, $4 body_hash, $5 status, $6 headers, $7 body.
insert into ringfence.idempotency_keys (tenant_id, member_id, subject_id, rights, route, key, body_hash, status, headers, body)
select $1, ringfence.actor(), ringfence.member(), ringfence.rights(), $2, $3, $4, $5, $6, $7 from ringfence.forget_stale_answers()
