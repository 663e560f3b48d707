-- The member whom issuer and subject are, in a transaction that is taken back: whoever is unknown stays so.
-- $1 tenant_id, $2 issuer, $3 subject.
select m.member_id from ringfence.members m where m.tenant_id = $1 and m.identity_id = (select ringfence.identity_to_add($2, $3))
