-- Takes the key for this transaction if nobody holds it, and finds an answer younger than a day that was kept of the same rights.
-- $1 tenant_id, $2 route, $3 key.
select ringfence.take_turn(concat_ws('|', ringfence.actor(), ringfence.member(), $2, $3)) as taken, k.body_hash, k.status, k.headers, k.body
  from (select) one
  left join ringfence.idempotency_keys k
    on k.tenant_id = $1 and k.member_id = ringfence.actor() and k.subject_id = ringfence.member() and k.rights = ringfence.rights() and k.route = $2 and k.key = $3
   and k.created_at > transaction_timestamp() - interval '24 hours'
