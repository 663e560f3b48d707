-- Gives somebody a role for hours; the function finds or makes them, and writes the audit row. $1 tenant_id, $2 grant_id,
-- $3 issuer, $4 subject, $5 name or null, $6 role, $7 hours, $8 reason.
select g.grant_id, g.member_id, g.role, g.reason, g.granted_by, g.created_at, g.expires_at, g.revoked_at
  from ringfence.grant_break_glass($2, $3, $4, $5, $6, $7, $8) g
 where g.tenant_id = $1
