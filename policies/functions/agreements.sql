-- Agreements between tenants: what stands in the way of using one, and how an owner consents to one and calls it off.

-- Why an agreement does not carry this action this way, as one side's own row has it; null when it does.
create function ringfence.agreement_refuses(agreement ringfence.agreements, way text, action text) returns text
language sql stable parallel restricted
return case
    when agreement.agreement_id is null then 'no_agreement'
    when agreement.revoked_at is not null or agreement.partner_revoked_at is not null then 'revoked'
    when agreement.expires_at <= transaction_timestamp() then 'expired'
    when agreement.consented_at is null or agreement.partner_consented_at is null then 'not_consented'
    when agreement.direction not in (way, 'both') then 'direction'
    when not action = any (agreement.actions) then 'action' end;

-- The direction as the other side has it.
create function ringfence.turned(direction text) returns text
language sql stable parallel restricted
return case direction when 'outgoing' then 'incoming' when 'incoming' then 'outgoing' else direction end;

-- Null versions match nothing. A proposal that was called off on either side, or has expired, is consented to no more.
create function ringfence.consent_agreement(agreement_id uuid, version integer) returns setof ringfence.agreements
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    after ringfence.agreements;
begin
    update ringfence.agreements a
       set consented_at = transaction_timestamp(), consented_by = ringfence.member_with('agreement.manage'),
           version = a.version + 1, updated_at = transaction_timestamp()
     where a.tenant_id = ringfence.current_tenant() and a.agreement_id = consent_agreement.agreement_id
       and a.version = consent_agreement.version and ringfence.member_with('agreement.manage') is not null
       and a.consented_at is null and a.revoked_at is null and a.partner_revoked_at is null and a.expires_at > transaction_timestamp()
    returning a.* into after;
    if after.agreement_id is not null then
        perform ringfence.send_over('agreement', after.agreement_id, after.agreement_id);
        insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
        values (after.tenant_id, 'agreement.consented', 'allow', 'agreement.manage', 'agreement', after.agreement_id, after.version);
        return next after;
    end if;
end
$$;

-- Holds from the next transaction on both sides: nothing under way here counts any more, and what comes in finds it.
create function ringfence.revoke_agreement(agreement_id uuid, version integer) returns setof ringfence.agreements
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    after ringfence.agreements;
begin
    update ringfence.agreements a
       set revoked_at = transaction_timestamp(), revoked_by = ringfence.member_with('agreement.manage'),
           version = a.version + 1, updated_at = transaction_timestamp()
     where a.tenant_id = ringfence.current_tenant() and a.agreement_id = revoke_agreement.agreement_id
       and a.version = revoke_agreement.version and ringfence.member_with('agreement.manage') is not null
       and a.revoked_at is null
    returning a.* into after;
    if after.agreement_id is not null then
        perform ringfence.send_over('agreement', after.agreement_id, after.agreement_id);
        insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
        values (after.tenant_id, 'agreement.revoked', 'allow', 'agreement.manage', 'agreement', after.agreement_id, after.version);
        return next after;
    end if;
end
$$;

-- The contact that stands for the partner here: the requester of the tickets and the author of the comments that come in.
create function ringfence.partner_contact(agreement ringfence.agreements) returns uuid
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
declare
    made uuid := agreement.contact_id;
begin
    if made is null then
        made := ringfence.new_id();
        insert into ringfence.contacts (tenant_id, contact_id, name, is_partner) values (agreement.tenant_id, made, agreement.partner_slug, true);
        update ringfence.agreements a set contact_id = made
         where a.tenant_id = agreement.tenant_id and a.agreement_id = agreement.agreement_id;
    end if;
    return made;
end
$$;

grant execute on function ringfence.agreement_refuses(ringfence.agreements, text, text), ringfence.consent_agreement(uuid, integer),
    ringfence.revoke_agreement(uuid, integer)
    to ringfence_app;
