-- One grant, in force or past. $1 tenant_id, $2 grant_id.
select g.grant_id, g.member_id, g.role, g.reason, g.granted_by, g.created_at, g.expires_at, g.revoked_at
  from ringfence.break_glass_grants g
 where g.tenant_id = $1 and g.grant_id = $2
