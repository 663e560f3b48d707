-- Keeps an answer, in the transaction of its effect; forgets the member's stale ones.
-- $1 tenant_id, $2 route, $3 key, $4 body_hash, $5 status, $6 headers, $7 body.
with stale as (
    delete from ringfence.idempotency_keys k
     where k.tenant_id = $1 and k.member_id = ringfence.actor() and k.subject_id = ringfence.member() and k.created_at <= transaction_timestamp() - interval '24 hours'
)
insert into ringfence.idempotency_keys (tenant_id, member_id, subject_id, route, key, body_hash, status, headers, body)
values ($1, ringfence.actor(), ringfence.member(), $2, $3, $4, $5, $6, $7)
