-- An owner consents to what the other side proposed, which goes over to the other side; the function writes the audit row.
-- $1 tenant_id, $2 agreement_id, $3 version expected.
with a as (
    select changed.* from ringfence.consent_agreement($2, $3) changed where changed.tenant_id = $1
)
select a.agreement_id, a.partner_slug, a.proposed_here, a.direction, a.actions, a.fields, a.expires_at, a.consented_at, a.partner_consented_at,
       null::timestamptz as revoked_at, false as revoked_by_partner, case when a.partner_consented_at is null then 'proposed' else 'active' end as state, a.version, a.created_at, a.updated_at
  from a
