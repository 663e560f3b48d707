-- A page of agreements.
select a.agreement_id, a.partner_slug, a.proposed_here, a.direction, a.actions, a.fields, a.expires_at, a.consented_at, a.partner_consented_at,
       coalesce(a.revoked_at, a.partner_revoked_at) as revoked_at, a.revoked_at is null and a.partner_revoked_at is not null as revoked_by_partner,
       case when a.revoked_at is not null or a.partner_revoked_at is not null then 'revoked' when a.expires_at <= transaction_timestamp() then 'expired'
            when a.consented_at is null or a.partner_consented_at is null then 'proposed' else 'active' end as state, a.version, a.created_at, a.updated_at
  from ringfence.agreements a
 where a.tenant_id = :tenant_id
--? created_at:after and (a.created_at, a.agreement_id) > (:key_time, :key_id)
--? created_at:before and (a.created_at, a.agreement_id) < (:key_time, :key_id)
--? created_at:ascending order by a.created_at, a.agreement_id
--? created_at:descending order by a.created_at desc, a.agreement_id desc
 limit :limit
