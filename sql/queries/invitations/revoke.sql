-- Revokes an invitation that nobody has accepted. $1 tenant_id, $2 invitation_id, $3 version expected or null.
with v as (
    update ringfence.invitations v set revoked_at = transaction_timestamp(), version = v.version + 1
     where v.tenant_id = $1 and v.invitation_id = $2 and ($3::integer is null or v.version = $3) and v.accepted_at is null and v.revoked_at is null
    returning v.tenant_id, v.invitation_id, v.version
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
    select v.tenant_id, 'invitation.revoked', 'allow', 'member.manage', 'invitation', v.invitation_id, v.version from v
)
select v.invitation_id from v
