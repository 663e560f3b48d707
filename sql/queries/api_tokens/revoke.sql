-- Ends an API token; its row stays, so that what it did can be told. $1 tenant_id, $2 api_token_id.
with a as (
    update ringfence.api_tokens a set revoked_at = transaction_timestamp()
     where a.tenant_id = $1 and a.api_token_id = $2 and a.revoked_at is null
    returning a.tenant_id, a.api_token_id, a.member_id
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, details)
    select a.tenant_id, 'api_token.revoked', 'allow', case when a.member_id = ringfence.actor() then 'token.create' else 'token.manage' end,
           'api_token', a.api_token_id, jsonb_build_object('member_id', a.member_id)
      from a
)
select a.api_token_id from a
