-- An API token with its audit row: the caller's own, or a service's. None where its owner is not to be seen, or lacks a right that it names.
-- $1 tenant_id, $2 api_token_id, $3 member_id of a service, or null for the caller, $4 name, $5 token_hash, $6 scopes,
-- $7 expires_at, or null and $8 days.
with a as (
    insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
    select m.tenant_id, $2, m.member_id, m.role, $4, $5, $6::text[], ringfence.actor(), coalesce($7, transaction_timestamp() + make_interval(days => $8))
      from ringfence.members m
     where m.tenant_id = $1 and m.member_id = coalesce($3, ringfence.actor())
       and (m.permissions is null or $6 <@ array(select p || narrower from unnest(m.permissions) p, unnest(array['', '.group', '.own']) narrower))
    returning tenant_id, api_token_id, member_id, name, scopes, created_by, created_at, expires_at, last_used_at, revoked_at
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, details)
    select a.tenant_id, 'api_token.created', 'allow', case when a.member_id = a.created_by then 'token.create' else 'token.manage' end,
           'api_token', a.api_token_id, jsonb_build_object('member_id', a.member_id, 'scopes', a.scopes, 'expires_at', a.expires_at)
      from a
)
select a.api_token_id, a.member_id, a.name, a.scopes, a.created_by, a.created_at, a.expires_at, a.last_used_at, a.revoked_at
  from a
