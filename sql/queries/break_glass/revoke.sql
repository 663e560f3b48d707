-- Ends a grant before its time: the next entry has it no more. Of one that was ended already nothing changes.
-- $1 tenant_id, $2 grant_id.
with g as (
    update ringfence.break_glass_grants g set revoked_at = transaction_timestamp()
     where g.tenant_id = $1 and g.grant_id = $2 and g.revoked_at is null
    returning g.*
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, details)
    select g.tenant_id, 'break_glass.revoked', 'allow', 'break_glass.grant', 'break_glass_grant', g.grant_id, jsonb_build_object('member_id', g.member_id) from g
)
select g.grant_id from g
