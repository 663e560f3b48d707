-- A page of API tokens. A class of principal adds its own predicate, for the planner does not see through a door's filter.
select a.api_token_id, a.member_id, a.name, a.scopes, a.created_by, a.created_at, a.expires_at, a.last_used_at, a.revoked_at
  from ringfence.api_tokens a
 where a.tenant_id = :tenant_id
--? as_oneself and a.member_id = :oneself
--? member_id and a.member_id = :member_id
--? created_at:after and (a.created_at, a.api_token_id) > (:key_time, :key_id)
--? created_at:before and (a.created_at, a.api_token_id) < (:key_time, :key_id)
--? created_at:ascending order by a.created_at, a.api_token_id
--? created_at:descending order by a.created_at desc, a.api_token_id desc
 limit :limit
