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
    if cardinality(part) is distinct from 6 or part[1] is distinct from minted.purpose
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
    delete from ringfence.sign_in_attempts a
     where a.attempt_hash in (select x.attempt_hash from ringfence.sign_in_attempts x where x.expires_at < transaction_timestamp() limit 100 for update skip locked);
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

-- What became of a session, in the installation's trail.
create function ringfence.record_session(action text, rule text, request_id uuid, identity_id uuid, session_id uuid, details jsonb) returns void
language sql volatile parallel unsafe
begin atomic
    insert into ringfence.audit_inbox (tenant_id, request_id, action, decision, rule, identity_id, actor_kind, session_id, authentication, object_type, object_id, details)
    values (null, record_session.request_id, record_session.action, 'allow', record_session.rule, record_session.identity_id,
            case when record_session.rule = 'issuer' then 'nobody' else 'user' end,
            record_session.session_id::text, 'session', 'session', record_session.session_id, record_session.details);
end;

-- Somebody signed in: always a new session, and the one that the browser had before ends with it.
create function ringfence.open_session(token text) returns uuid
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.minted(token, 'session.open');
    request uuid := (said ->> 'request_id')::uuid;
    person uuid := ringfence.identify(said ->> 'issuer', said ->> 'subject');
    opened uuid := gen_random_uuid();
    former record;
begin
    for former in
        update ringfence.sessions s set ended_at = transaction_timestamp(), id_token = null
         where s.session_hash = decode(said ->> 'replaces', 'hex') and s.ended_at is null
        returning s.session_id, s.identity_id
    loop
        perform ringfence.record_session('session.ended', 'replaced', request, former.identity_id, former.session_id, '{}');
    end loop;
    insert into ringfence.sessions (session_id, session_hash, identity_id, issuer_session_id, id_token, acr, authenticated_at, verified_email,
        last_seen_at, idle_expires_at, expires_at)
    values (opened, decode(said ->> 'session', 'hex'), person, said ->> 'issuer_session_id', said ->> 'id_token', said ->> 'acr',
            to_timestamp((said ->> 'authenticated_at')::double precision), said ->> 'verified_email', transaction_timestamp(),
            transaction_timestamp() + make_interval(secs => least((said ->> 'idle')::integer, (said ->> 'absolute')::integer)),
            transaction_timestamp() + make_interval(secs => (said ->> 'absolute')::integer));
    perform ringfence.record_session('session.opened', null, request, person, opened, '{}');
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

-- Somebody is still there: the idle time begins anew, the absolute end stays. At most once a minute, and never for a session
-- that has ended meanwhile.
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
       and s.last_seen_at < transaction_timestamp() - interval '1 minute';
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
    perform ringfence.record_session('session.ended', said ->> 'rule', (said ->> 'request_id')::uuid, ended.identity_id, ended.session_id, '{}');
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
        perform ringfence.record_session('session.ended', 'issuer', (said ->> 'request_id')::uuid, ended.identity_id, ended.session_id, '{}');
        many := many + 1;
    end loop;
    return many;
end
$$;

grant execute on function ringfence.begin_sign_in(text), ringfence.take_sign_in(text), ringfence.open_session(text), ringfence.find_session(text),
    ringfence.touch_session(text), ringfence.list_sessions(text), ringfence.end_session(text), ringfence.end_sessions_of_issuer(text)
    to ringfence_app;
