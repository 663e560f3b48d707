-- One API token, of one's own or for whoever manages them, as the list has it; never its hash. $1 tenant_id, $2 api_token_id.
select a.api_token_id, a.member_id, a.name, a.scopes, a.created_by, a.created_at, a.expires_at, a.last_used_at, a.revoked_at
  from ringfence.api_tokens a
 where a.tenant_id = $1 and a.api_token_id = $2 and (a.member_id = ringfence.member() or ringfence.may('token.manage'))
