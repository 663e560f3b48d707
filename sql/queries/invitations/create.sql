-- An invitation with its audit row. $1 tenant_id, $2 invitation_id, $3 secret_hash, $4 email, $5 name, $6 role, $7 days it holds.
with v as (
    insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at)
    values ($1, $2, $3, $4, $5, $6, ringfence.member(), transaction_timestamp() + make_interval(days => $7))
    returning tenant_id, invitation_id, email, name, role, invited_by, version, created_at, expires_at, accepted_at, revoked_at
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select v.tenant_id, 'invitation.created', 'allow', 'member.manage', 'invitation', v.invitation_id, v.version, jsonb_build_object('role', v.role) from v
)
select v.invitation_id, v.email, v.name, v.role, v.invited_by, v.version, v.created_at, v.expires_at, v.accepted_at, v.revoked_at from v
