-- Signing in and out: what happens before a tenant is known. Each function demands a token that the service minted for this one
-- purpose, for SQL injected as the service may call them all and must not open, list or end anybody's session.

-- Token: purpose|payload (JSON as UTF-8 in hex)|expiry (seconds since 1970)|nonce|kid|HMAC-SHA256 in hex, over all that stands
-- before it. A purpose is never a tenant's id, so that no token for enter() is one of these.
create function ringfence.minted(token text, purpose text) returns jsonb
language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp
as $$
declare
    part text[] := string_to_array(token, '|');
begin
    if part[1] is distinct from minted.purpose
        or not exists (
            select from ringfence.keys k
             where k.purpose = 'token' and k.kid::text = part[5] and k.retired_at is null
               and encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(left(token, -65)))), 'hex') = part[6])
        or part[3]::bigint < extract(epoch from clock_timestamp()) then
        raise exception 'not a valid token' using errcode = 'RF002';
    end if;
    return convert_from(decode(part[2], 'hex'), 'UTF8')::jsonb;
end
$$;

-- A sign-in begins. What was begun and never ended is cleared away here, a little at a time.
create function ringfence.begin_sign_in(token text) returns void
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.minted(token, 'sign_in.begin');
begin
    -- What another sign-in clears away at this moment is left to it. An array is read once; a join might read on past the limit.
    delete from ringfence.sign_in_attempts a
     where a.attempt_hash = any (array(select x.attempt_hash from ringfence.sign_in_attempts x where x.expires_at < transaction_timestamp() order by x.expires_at limit 100 for update skip locked));
    insert into ringfence.sign_in_attempts (attempt_hash, issuer, return_to, tenant_id, max_age, acr, expires_at)
    values (decode(said ->> 'attempt', 'hex'), said ->> 'issuer', said ->> 'return_to', (said ->> 'tenant_id')::uuid,
            (said ->> 'max_age')::integer, said ->> 'acr', transaction_timestamp() + make_interval(secs => (said ->> 'lifetime')::integer));
end
$$;

-- The way back: each attempt is taken once, and by nobody who lacks the browser's secret.
create function ringfence.take_sign_in(token text) returns table (issuer text, return_to text, tenant_id uuid, max_age integer, acr text)
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.minted(token, 'sign_in.take');
begin
    return query
    delete from ringfence.sign_in_attempts a
     where a.attempt_hash = decode(said ->> 'attempt', 'hex') and a.expires_at > transaction_timestamp()
    returning a.issuer, a.return_to, a.tenant_id, a.max_age, a.acr;
end
$$;

-- What became of a session, in the installation's trail: the session or token that was shown, which need not be the session itself.
create function ringfence.record_session(action text, rule text, request_id uuid, identity_id uuid, session_id uuid, shown text, authentication text) returns void
language sql volatile parallel unsafe
begin atomic
    insert into ringfence.audit_inbox (tenant_id, request_id, action, decision, rule, identity_id, actor_kind, session_id, authentication, object_type, object_id, details)
    values (null, record_session.request_id, record_session.action, 'allow', record_session.rule, record_session.identity_id,
            case when record_session.authentication is null then 'nobody' else 'user' end,
            record_session.shown, record_session.authentication, 'session', record_session.session_id, '{}');
end;

-- Somebody signed in: always a new session, and the one that the browser had before ends with it. Sessions whose time is over are
-- cleared away here, a little at a time, and with them the ID token and the address.
create function ringfence.open_session(token text) returns uuid
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.minted(token, 'session.open');
    request uuid := (said ->> 'request_id')::uuid;
    person uuid := ringfence.identity_of(said ->> 'issuer', said ->> 'subject');
    opened uuid := ringfence.new_id();
    former record;
begin
    delete from ringfence.sessions s
     where s.session_id = any (array(select x.session_id from ringfence.sessions x where x.idle_expires_at < transaction_timestamp() order by x.idle_expires_at limit 100 for update skip locked));
    for former in
        update ringfence.sessions s set ended_at = transaction_timestamp(), id_token = null
         where s.session_hash = decode(said ->> 'replaces', 'hex') and s.ended_at is null
        returning s.session_id, s.identity_id
    loop
        perform ringfence.record_session('session.ended', 'replaced', request, former.identity_id, former.session_id, former.session_id::text, 'session');
    end loop;
    insert into ringfence.sessions (session_id, session_hash, identity_id, issuer_session_id, id_token, acr, authenticated_at, verified_email,
        last_seen_at, idle_expires_at, expires_at)
    values (opened, decode(said ->> 'session', 'hex'), person, said ->> 'issuer_session_id', said ->> 'id_token', said ->> 'acr',
            to_timestamp((said ->> 'authenticated_at')::double precision), said ->> 'verified_email', transaction_timestamp(),
            transaction_timestamp() + make_interval(secs => least((said ->> 'idle')::integer, (said ->> 'absolute')::integer)),
            transaction_timestamp() + make_interval(secs => (said ->> 'absolute')::integer));
    perform ringfence.record_session('session.opened', null, request, person, opened, opened::text, 'session');
    return opened;
end
$$;

-- The live session of a cookie, for a route that names no tenant. enter() finds it by itself.
create function ringfence.find_session(token text)
returns table (session_id uuid, identity_id uuid, issuer text, subject text, acr text, authenticated_at timestamptz, verified_email text,
               idle_expires_at timestamptz, expires_at timestamptz)
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.minted(token, 'session.find');
begin
    return query
    select s.session_id, s.identity_id, i.issuer, i.subject, s.acr, s.authenticated_at, s.verified_email, s.idle_expires_at, s.expires_at
      from ringfence.sessions s
      join ringfence.identities i on i.identity_id = s.identity_id
     where s.session_hash = decode(said ->> 'session', 'hex')
       and s.ended_at is null and s.idle_expires_at > transaction_timestamp() and s.expires_at > transaction_timestamp();
end
$$;

-- Whose session, or API token of one tenant, a secret is or was, for the trail: one that has ended opens nothing and is still known.
-- No row: there is none such, or it is forgotten.
create function ringfence.known_credential(token text) returns table (credential_id uuid, identity_id uuid)
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.minted(token, 'credential.known');
    tenant uuid := (said ->> 'tenant_id')::uuid;
begin
    if tenant is null then
        return query select s.session_id, s.identity_id from ringfence.sessions s where s.session_hash = decode(said ->> 'secret', 'hex');
    else
        perform ringfence.seal(tenant);
        return query
        select a.api_token_id, m.identity_id
          from ringfence.api_tokens a join ringfence.members m using (tenant_id, member_id)
         where a.tenant_id = tenant and a.token_hash = decode(said ->> 'secret', 'hex');
        perform ringfence.unseal();
    end if;
end
$$;

-- Somebody is still there: the idle time begins anew, the absolute end stays. At most once a minute, or an eighth of the idle time
-- where that is shorter, and never for a session that has ended meanwhile.
create function ringfence.touch_session(token text) returns boolean
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.minted(token, 'session.touch');
begin
    update ringfence.sessions s
       set last_seen_at = transaction_timestamp(),
           idle_expires_at = least(transaction_timestamp() + make_interval(secs => (said ->> 'idle')::integer), s.expires_at)
     where s.session_hash = decode(said ->> 'session', 'hex')
       and s.ended_at is null and s.idle_expires_at > transaction_timestamp() and s.expires_at > transaction_timestamp()
       and s.last_seen_at < transaction_timestamp() - least(interval '1 minute', make_interval(secs => (said ->> 'idle')::integer / 8.0));
    return found;
end
$$;

create function ringfence.list_sessions(token text)
returns table (session_id uuid, acr text, authenticated_at timestamptz, created_at timestamptz, last_seen_at timestamptz,
               idle_expires_at timestamptz, expires_at timestamptz)
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.minted(token, 'session.list');
begin
    return query
    select s.session_id, s.acr, s.authenticated_at, s.created_at, s.last_seen_at, s.idle_expires_at, s.expires_at
      from ringfence.sessions s
     where s.identity_id = (said ->> 'identity_id')::uuid
       and s.ended_at is null and s.idle_expires_at > transaction_timestamp() and s.expires_at > transaction_timestamp()
     order by s.created_at desc, s.session_id
     limit 200;
end
$$;

-- Ends a session of one's own; returns what signing out at the issuer needs. No row: there was no such session.
create function ringfence.end_session(token text) returns table (issuer text, id_token text)
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.minted(token, 'session.end');
    ended record;
begin
    select s.session_id, s.identity_id, s.id_token, i.issuer into ended
      from ringfence.sessions s join ringfence.identities i on i.identity_id = s.identity_id
     where s.session_id = (said ->> 'session_id')::uuid and s.identity_id = (said ->> 'identity_id')::uuid and s.ended_at is null
       for update of s;
    if ended.session_id is null then
        return;
    end if;
    update ringfence.sessions s set ended_at = transaction_timestamp(), id_token = null where s.session_id = ended.session_id;
    perform ringfence.record_session('session.ended', said ->> 'rule', (said ->> 'request_id')::uuid, ended.identity_id, ended.session_id, said ->> 'by', said ->> 'authentication');
    return query select ended.issuer, ended.id_token;
end
$$;

-- The issuer ends its own session, or all of a subject's (OpenID Connect Back-Channel Logout). Null: this token was obeyed before.
create function ringfence.end_sessions_of_issuer(token text) returns integer
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.minted(token, 'session.end_by_issuer');
    ended record;
    many integer := 0;
begin
    delete from ringfence.logout_tokens t where t.expires_at < transaction_timestamp() - interval '5 minutes';
    insert into ringfence.logout_tokens (issuer, token_id, expires_at)
    values (said ->> 'issuer', said ->> 'token_id', to_timestamp((said ->> 'expires_at')::double precision))
    on conflict do nothing;
    if not found then
        return null;
    end if;
    for ended in
        update ringfence.sessions s set ended_at = transaction_timestamp(), id_token = null
          from ringfence.identities i
         where i.identity_id = s.identity_id and i.issuer = said ->> 'issuer' and s.ended_at is null
           and (said ->> 'subject' is null or i.subject = said ->> 'subject')
           and (said ->> 'issuer_session_id' is null or s.issuer_session_id = said ->> 'issuer_session_id')
           and (said ->> 'subject' is not null or said ->> 'issuer_session_id' is not null)
        returning s.session_id, s.identity_id
    loop
        perform ringfence.record_session('session.ended', 'issuer', (said ->> 'request_id')::uuid, ended.identity_id, ended.session_id, null, null);
        many := many + 1;
    end loop;
    return many;
end
$$;

-- Somebody who is signed in takes the place they were invited to. Everything is looked at again: the invitation, the address that
-- the issuer called theirs at this sign-in, the tenant's issuers, and whether who invited them may still do so. What is tied to
-- the tenant is issuer and subject; the address is forgotten but as the contact's. Outcome: accepted, or why not. Whether an invitation
-- has ended, or may be taken no more, or never was is for the tenant alone to know.
create function ringfence.accept_invitation(token text) returns table (outcome text, member_id uuid, role text)
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.minted(token, 'invitation.accept');
    tenant uuid := (said ->> 'tenant_id')::uuid;
    request uuid := (said ->> 'request_id')::uuid;
    asking record;
    invited record;
    held text[];
    person uuid;
    made_version integer;
    reached integer;
begin
    select s.session_id, s.identity_id, lower(s.verified_email collate "C") as email, i.issuer into asking
      from ringfence.live_session(said ->> 'session') s join ringfence.identities i on i.identity_id = s.identity_id;
    if asking.session_id is null then
        raise exception 'the credential is not valid' using errcode = 'RF004';
    end if;
    perform ringfence.seal(tenant);
    -- Whoever comes second waits here, and finds it taken.
    select v.invitation_id, v.email, v.name, v.role, v.invited_by, t.required_issuers into invited
      from ringfence.invitations v join ringfence.tenants t on t.tenant_id = v.tenant_id
     where v.tenant_id = tenant and v.secret_hash = decode(said ->> 'secret', 'hex') and v.accepted_at is null and v.revoked_at is null
       and v.expires_at > clock_timestamp() and t.status = 'active'
       for update of v;
    select case m.role when 'service' then m.permissions
                       when 'custom' then (select r.permissions from ringfence.tenant_roles r where r.tenant_id = m.tenant_id and r.role_id = m.role_id)
                       else string_to_array(trim(both ',' from ringfence.permissions_of(m.role, false)), ',') end into held
      from ringfence.members m where m.tenant_id = tenant and m.member_id = invited.invited_by;
    outcome := case
        when held is null
            or not (string_to_array(trim(both ',' from ringfence.permissions_of('admin', false)), ',') <@ held)
            or (invited.role = 'owner' and not ('owner.manage' = any (held))) then
            case when exists (select from ringfence.invitations v where v.tenant_id = tenant and v.secret_hash = decode(said ->> 'secret', 'hex'))
                then 'invitation_ended' else 'invitation_unknown' end
        when asking.email is null then 'email_not_verified'
        when asking.email <> lower(invited.email collate "C") then 'invitation_for_another'
        when invited.required_issuers is not null and not coalesce(asking.issuer = any (invited.required_issuers), false) then 'issuer_not_accepted'
        when exists (select from ringfence.members m where m.tenant_id = tenant and m.identity_id = asking.identity_id and m.role <> 'guest') then 'member_exists'
        else 'accepted' end;
    if outcome = 'accepted' then
        -- Whoever was here by a grant alone takes a place of their own.
        update ringfence.members m set role = invited.role, version = m.version + 1, updated_at = transaction_timestamp()
         where m.tenant_id = tenant and m.identity_id = asking.identity_id
        returning m.member_id, m.version into person, reached;
        if person is null then
            -- A former member's own record is the same person; somebody else's of the same address is not.
            select c.contact_id into person from ringfence.contacts c where c.tenant_id = tenant and c.identity_id = asking.identity_id;
            if person is null then
                person := ringfence.new_id();
                insert into ringfence.contacts (tenant_id, contact_id, name, email, identity_id)
                values (tenant, person, invited.name,
                        case when exists (select from ringfence.contacts c where c.tenant_id = tenant and c.email_key = lower(invited.email)) then null else invited.email end,
                        asking.identity_id)
                returning contacts.version into made_version;
            end if;
            insert into ringfence.members (tenant_id, member_id, identity_id, role, version)
            values (tenant, person, asking.identity_id, invited.role, ringfence.first_version(person))
            returning members.version into reached;
            insert into ringfence.memberships (identity_id, tenant_id) values (asking.identity_id, tenant);
        end if;
        update ringfence.invitations v set accepted_at = transaction_timestamp(), accepted_by = person, version = v.version + 1
         where v.tenant_id = tenant and v.invitation_id = invited.invitation_id;
        insert into ringfence.audit_inbox (tenant_id, request_id, action, decision, rule, actor_id, identity_id, actor_kind, session_id, authentication, object_type, object_id, object_version, details)
        select tenant, request, e.action, 'allow', 'invitation', person, asking.identity_id, 'user', asking.session_id::text, 'session', e.kind, e.id, e.version, e.details
          from (values ('invitation.accepted', 'invitation', invited.invitation_id, null, '{}'::jsonb),
                       ('contact.created', 'contact', person, made_version, '{}'),
                       ('member.added', 'member', person, reached, jsonb_build_object('role', invited.role))) e (action, kind, id, version, details)
         where e.action <> 'contact.created' or made_version is not null;
        member_id := person;
        role := invited.role;
    end if;
    perform ringfence.unseal();
    return next;
end
$$;

-- By which issuers the tenant is entered, from now on: null for all. Nobody shuts themselves out, nor the owners: the caller's own
-- stays, and that of one of them. Outcome: the new version, or null where it was another, or the caller may not; -1 where an issuer
-- that has to stay is missing.
create function ringfence.require_issuers(issuers text[], expected integer) returns integer
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    changed integer;
begin
    if not ringfence.may('settings.change') then
        return null;
    end if;
    if issuers is not null and (
        not exists (select from ringfence.identities i where i.identity_id = ringfence.identity() and i.issuer = any (issuers))
        or not exists (select from ringfence.members m join ringfence.identities i using (identity_id)
                        where m.tenant_id = ringfence.current_tenant() and m.role = 'owner' and i.issuer = any (issuers))) then
        return -1;
    end if;
    update ringfence.tenants t set required_issuers = issuers, sign_in_version = t.sign_in_version + 1
     where t.tenant_id = ringfence.current_tenant() and t.sign_in_version = expected
    returning t.sign_in_version into changed;
    if changed is not null then
        insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
        values (ringfence.current_tenant(), 'sign_in_settings.changed', 'allow', 'settings.change', 'tenant', ringfence.current_tenant(), changed,
                jsonb_build_object('issuers', cardinality(issuers)));
    end if;
    return changed;
end
$$;

grant execute on function ringfence.begin_sign_in(text), ringfence.take_sign_in(text), ringfence.open_session(text), ringfence.find_session(text),
    ringfence.known_credential(text), ringfence.touch_session(text), ringfence.list_sessions(text), ringfence.end_session(text), ringfence.end_sessions_of_issuer(text),
    ringfence.accept_invitation(text), ringfence.require_issuers(text[], integer)
    to ringfence_app;
