-- The tenant context: how every policy knows where it is. Nothing here believes a setting that a statement could forge.

-- An id of version 7 (RFC 9562, 5.7): milliseconds since 1970, then chance. Those that the service makes are of the same kind.
create function ringfence.new_id() returns uuid
language sql volatile parallel unsafe
return encode(overlay(set_bit(set_bit(uuid_send(gen_random_uuid()), 52, 1), 53, 1)
    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 'hex')::uuid;

-- The plain setting, for index conditions and for tying a door to its tenant; inlined by the planner, never a proof.
create function ringfence.tenant_id() returns uuid
language sql stable parallel safe
return nullif(current_setting('app.tenant_id', true), '')::uuid;

-- The one reader of the context: a setting, or null where the caller lacks the permission asked for. It recomputes the MAC over all settings, this backend and this transaction, so that a
-- statement that changed any of them raises instead of reading. Flat on purpose: nested calls and a regular expression
-- cost five times as much, and an EXCEPTION block cannot run in a parallel plan.
create function ringfence.sealed(setting text, permission text default null) returns text
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
    seal text := current_setting('app.seal', true);
    inner_pad bytea;
    outer_pad bytea;
begin
    if seal is null or seal = '' then
        -- An analyst's login has one tenant for life, and none while it is suspended; no statement changes session_user.
        if setting = 'app.tenant_id' and permission is null then
            return (select l.tenant_id from ringfence.reporting_logins l join ringfence.tenants t using (tenant_id)
                     where l.login = session_user and t.status = 'active');
        end if;
        return null;
    end if;
    select k.inner_pad, k.outer_pad into inner_pad, outer_pad
      from ringfence.keys k where k.purpose = 'seal' and k.retired_at is null;
    if seal is distinct from encode(sha256(outer_pad || sha256(inner_pad
            || int4send(pg_backend_pid()) || timestamptz_send(transaction_timestamp())
            || textsend(current_setting('app.tenant_id', true)
                || '|' || current_setting('app.identity_id', true)
                || '|' || current_setting('app.member_id', true)
                || '|' || current_setting('app.actor_id', true)
                || '|' || current_setting('app.permissions', true)
                || '|' || current_setting('app.groups', true)
                || '|' || current_setting('app.request_id', true)
                || '|' || current_setting('app.actor_kind', true)
                || '|' || current_setting('app.session_id', true)
                || '|' || current_setting('app.authentication', true)))), 'hex') then
        raise exception 'the tenant context is not sealed' using errcode = 'RF001';
    end if;
    -- Without a permission asked for this is null, and nothing is refused.
    if position(',' || permission || ',' in current_setting('app.permissions', true)) = 0 then
        return null;
    end if;
    return nullif(current_setting(setting, true), '');
end
$$;

-- Where the wall stands. At the gate nothing is sealed yet: enter() alone runs as it, behind the tenant that its token proves, and
-- nobody becomes it.
create function ringfence.current_tenant() returns uuid
language sql stable parallel restricted
return case when current_user = 'ringfence_gate' then ringfence.tenant_id() else ringfence.sealed('app.tenant_id')::uuid end;

create function ringfence.identity() returns uuid
language sql stable parallel restricted
return ringfence.sealed('app.identity_id')::uuid;

create function ringfence.request() returns uuid
language sql stable parallel restricted
return ringfence.sealed('app.request_id')::uuid;

create function ringfence.member() returns uuid
language sql stable parallel restricted
return ringfence.sealed('app.member_id')::uuid;

-- Who acts: the member, or the one who acts on the member's behalf.
create function ringfence.actor() returns uuid
language sql stable parallel restricted
return ringfence.sealed('app.actor_id')::uuid;

-- Oneself, and nobody where one acts for another: what somebody may do by being who they are is not lent. The seal covers both.
create function ringfence.oneself() returns uuid
language sql stable parallel restricted
return case when current_setting('app.member_id', true) = current_setting('app.actor_id', true) then ringfence.sealed('app.member_id')::uuid end;

-- Who calls and how, for the trail; one look at the seal for all of it.
create function ringfence.caller() returns text
language sql stable parallel restricted
return ringfence.sealed('app.request_id') || '|' || current_setting('app.actor_id', true) || '|' || current_setting('app.identity_id', true)
    || '|' || current_setting('app.member_id', true) || '|' || current_setting('app.actor_kind', true) || '|' || current_setting('app.session_id', true)
    || '|' || current_setting('app.authentication', true);

-- Who calls with which rights, as a digest: what was answered to other rights, or to another person, is not theirs to see again.
create function ringfence.rights() returns bytea
language sql stable parallel restricted
return sha256(textsend(ringfence.sealed('app.identity_id') || '|' || current_setting('app.actor_id', true) || '|' || current_setting('app.member_id', true)
    || '|' || current_setting('app.permissions', true) || '|' || current_setting('app.groups', true)));

-- Which of the four lists of groups a permission goes by: where the member may read, create, change, or at least see tickets.
create function ringfence.access_of(permission text) returns integer
language sql immutable parallel safe
return case when permission like 'ticket.create%' then 2
            when permission like 'ticket.change%' or permission like 'ticket.escalate%' or permission like 'comment.create%' then 3
            when permission like 'ticket.read%' then 4
            else 1 end;

-- The same, for those who hold a permission: one look at the seal where two would be needed.
create function ringfence.member_with(permission text) returns uuid
language sql stable parallel restricted
return ringfence.sealed('app.member_id', permission)::uuid;

create function ringfence.groups_with(permission text) returns uuid[]
language sql stable parallel restricted
return split_part(ringfence.sealed('app.groups', permission), ';', ringfence.access_of(permission))::uuid[];

create function ringfence.permissions() returns text[]
language sql stable parallel restricted
return string_to_array(trim(both ',' from ringfence.sealed('app.permissions')), ',');

create function ringfence.may(permission text) returns boolean
language sql stable parallel restricted
return ringfence.sealed('app.tenant_id', permission) is not null;

-- Into a tenant as nobody, for the owner's functions alone: they act there by their own doors, not by anybody's permissions.
create function ringfence.seal(tenant_id uuid) returns void
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
declare
    inner_pad bytea;
    outer_pad bytea;
begin
    select k.inner_pad, k.outer_pad into strict inner_pad, outer_pad
      from ringfence.keys k where k.purpose = 'seal' and k.retired_at is null;
    perform set_config(s.setting, s.value, true)
       from (values ('app.tenant_id', seal.tenant_id::text), ('app.identity_id', ''), ('app.member_id', ''),
                    ('app.actor_id', ''), ('app.permissions', ','), ('app.groups', ''), ('app.request_id', ''),
                    ('app.actor_kind', ''), ('app.session_id', ''), ('app.authentication', ''),
                    ('app.seal', encode(sha256(outer_pad || sha256(inner_pad
                        || int4send(pg_backend_pid()) || timestamptz_send(transaction_timestamp())
                        || textsend(seal.tenant_id::text || '||||,|||||'))), 'hex'))) s (setting, value);
end
$$;

-- What seal() wrote and left not empty.
create function ringfence.unseal() returns void
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
begin
    perform set_config(setting, '', true)
       from unnest(array['app.tenant_id', 'app.permissions', 'app.seal']) setting;
end
$$;

grant execute on function ringfence.tenant_id(), ringfence.request(), ringfence.sealed(text, text), ringfence.current_tenant(), ringfence.identity(),
    ringfence.member(), ringfence.actor(), ringfence.access_of(text), ringfence.member_with(text), ringfence.groups_with(text), ringfence.permissions(), ringfence.may(text)
    to ringfence_app, ringfence_reporting;
grant execute on function ringfence.new_id(), ringfence.oneself(), ringfence.caller(), ringfence.rights() to ringfence_app;
