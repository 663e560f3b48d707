-- The only way into a tenant for the service: a token it minted for one request, exchanged for a sealed context.

-- Token: tenant|identity|request|expiry (seconds since 1970)|nonce|kid|HMAC-SHA256 in hex, over all that stands before it.
-- Returns member|permissions|groups, the sealed part of the context, for the service to phrase its answers by.
-- Errors: RF002 = not a valid token, RF003 = no live membership of an active tenant (which of these, nobody is told).
create function ringfence.enter(token text) returns text
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    part text[] := string_to_array(token, '|');
    token_inner bytea;
    token_outer bytea;
    seal_inner bytea;
    seal_outer bytea;
    stamp bytea := int4send(pg_backend_pid()) || timestamptz_send(transaction_timestamp());
    entered_tenant uuid;
    entered_member uuid;
    member_role text;
    held text;
    group_ids uuid[];
    named_permissions text[];
    -- set_config() in a plain expression costs a tenth of a PERFORM.
    written text;
begin
    select t.inner_pad, t.outer_pad, s.inner_pad, s.outer_pad into token_inner, token_outer, seal_inner, seal_outer
      from ringfence.keys t, ringfence.keys s
     where t.purpose = 'token' and t.kid::text = part[6] and t.retired_at is null
       and s.purpose = 'seal' and s.retired_at is null;
    -- The service has set the tenant it means; the token must mean the same.
    if cardinality(part) is distinct from 7
        or encode(sha256(token_outer || sha256(token_inner || textsend(left(token, -65)))), 'hex') is distinct from part[7]
        or part[4]::bigint < extract(epoch from clock_timestamp())
        or part[1] is distinct from current_setting('app.tenant_id', true) then
        raise exception 'not a valid token' using errcode = 'RF002';
    end if;

    -- Into the tenant with no right but to be looked up: the wall stands around this function too.
    written := set_config('app.identity_id', part[2], true) || set_config('app.request_id', part[3], true) || set_config('app.member_id', '', true)
        || set_config('app.permissions', ',', true) || set_config('app.groups', '{}', true)
        || set_config('app.seal', encode(sha256(seal_outer || sha256(seal_inner || stamp
                || textsend(part[1] || '|' || part[2] || '||,|{}|' || part[3]))), 'hex'), true);

    entered_tenant := part[1]::uuid;
    select m.member_id, m.role, m.permissions,
           case when m.role in ('agent', 'light_agent')
               then array(select g.group_id from ringfence.group_members g where g.tenant_id = entered_tenant and g.member_id = m.member_id) else '{}' end
      into entered_member, member_role, named_permissions, group_ids
      from ringfence.members m, ringfence.tenants t
     where m.tenant_id = entered_tenant and m.identity_id = part[2]::uuid
       and t.tenant_id = entered_tenant and t.status = 'active';
    if entered_member is null then
        raise exception 'no entry' using errcode = 'RF003';
    end if;
    held := case when member_role = 'service' then ',' || array_to_string(named_permissions, ',') || ','
                        else ringfence.permissions_of(member_role, group_ids <> '{}') end;

    written := set_config('app.member_id', entered_member::text, true) || set_config('app.permissions', held, true)
        || set_config('app.groups', group_ids::text, true)
        || set_config('app.seal', encode(sha256(seal_outer || sha256(seal_inner || stamp
                || textsend(part[1] || '|' || part[2] || '|' || entered_member::text || '|' || held || '|' || group_ids::text || '|' || part[3]))), 'hex'), true);
    return entered_member::text || '|' || held || '|' || group_ids::text;
end
$$;

-- What is needed before a tenant is known.
create function ringfence.identify(issuer text, subject text) returns uuid
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    found_id uuid;
begin
    select i.identity_id into found_id from ringfence.identities i where i.issuer = identify.issuer and i.subject = identify.subject;
    if found_id is null then
        insert into ringfence.identities (identity_id, issuer, subject)
        values (gen_random_uuid(), identify.issuer, identify.subject)
        on conflict on constraint identities_issuer_subject_key do nothing;
        select i.identity_id into strict found_id from ringfence.identities i where i.issuer = identify.issuer and i.subject = identify.subject;
    end if;
    return found_id;
end
$$;

create function ringfence.resolve_tenant(slug text) returns uuid
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
begin atomic
    select t.tenant_id from ringfence.tenants t where t.slug = resolve_tenant.slug;
end;

-- Ids alone, for a token that names no tenant: what a tenant is called and what one may do there is learnt by entering it.
create function ringfence.my_tenants(token text) returns setof uuid
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
    part text[] := string_to_array(token, '|');
begin
    if not exists (
        select from ringfence.keys k
         where k.purpose = 'token' and k.kid::text = part[6] and k.retired_at is null and cardinality(part) = 7
           and encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(left(token, -65)))), 'hex') = part[7])
        or part[4]::bigint < extract(epoch from clock_timestamp())
        or part[1] <> '00000000-0000-0000-0000-000000000000' then
        raise exception 'not a valid token' using errcode = 'RF002';
    end if;
    return query select b.tenant_id from ringfence.memberships b where b.identity_id = part[2]::uuid order by b.tenant_id limit 500;
end
$$;

grant execute on function ringfence.enter(text), ringfence.identify(text, text), ringfence.resolve_tenant(text), ringfence.my_tenants(text)
    to ringfence_app;
