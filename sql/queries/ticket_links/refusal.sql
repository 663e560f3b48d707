-- Why a ticket or comment does not go over under an agreement that the caller sees; null when it may.
-- $1 tenant_id, $2 agreement_id, $3 action.
select ringfence.agreement_refuses(a, 'outgoing', $3) as refusal
  from ringfence.agreements a
 where a.tenant_id = $1 and a.agreement_id = $2
