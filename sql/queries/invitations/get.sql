-- One invitation. $1 tenant_id, $2 invitation_id.
select v.invitation_id, v.email, v.name, v.role, v.invited_by, v.version, v.created_at, v.expires_at, v.accepted_at, v.revoked_at
  from ringfence.invitations v
 where v.tenant_id = $1 and v.invitation_id = $2
