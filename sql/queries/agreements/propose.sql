-- Proposes an agreement, consents to it on this side, and sends it over; with its audit row. Nothing when it names this tenant.
-- $1 tenant_id, $2 agreement_id, $3 partner_slug, $4 direction, $5 actions, $6 fields, $7 expires_at.
with a as (
    insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by)
    select t.tenant_id, $2, $3, $4, $5::text[], $6::text[], $7, ringfence.member()
      from ringfence.tenants t where t.tenant_id = $1 and t.slug <> $3
    returning *
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
    select a.tenant_id, 'agreement.proposed', 'allow', 'agreement.manage', 'agreement', a.agreement_id, a.version from a
)
select a.agreement_id, a.partner_slug, a.proposed_here, a.direction, a.actions, a.fields, a.expires_at, a.consented_at, a.partner_consented_at,
       null::timestamptz as revoked_at, false as revoked_by_partner, case when a.expires_at <= transaction_timestamp() then 'expired' else 'proposed' end as state, a.version, a.created_at, a.updated_at,
       ringfence.post_crossing(a.agreement_id)
  from a
