-- A page of invitations.
select v.invitation_id, v.email, v.name, v.role, v.invited_by, v.version, v.created_at, v.expires_at, v.accepted_at, v.revoked_at
  from ringfence.invitations v
 where v.tenant_id = :tenant_id
--? created_at:after and (v.created_at, v.invitation_id) > (:key_time, :key_id)
--? created_at:before and (v.created_at, v.invitation_id) < (:key_time, :key_id)
--? created_at:ascending order by v.created_at, v.invitation_id
--? created_at:descending order by v.created_at desc, v.invitation_id desc
 limit :limit
