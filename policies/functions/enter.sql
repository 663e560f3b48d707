-- The only way into a tenant for the service: a token it minted for one request, exchanged for the context.

-- A service token is proven by its MAC and lives by the clock: tenant|credential|acting|request|expiry (seconds since 1970)|
-- nonce|kid|HMAC-SHA256 in hex over all that stands before it. Null: not a valid one.
create function ringfence.token_parts(token text) returns text[]
language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp
as $$
declare
    part text[] := string_to_array(token, '|');
begin
    if cardinality(part) = 8 and part[5]::bigint >= extract(epoch from clock_timestamp()) and exists (
        select from ringfence.keys k
         where k.purpose = 'token' and k.kid::text = part[7] and k.retired_at is null
           and encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(left(token, -65)))), 'hex') = part[8]) then
        return part;
    end if;
    return null;
end
$$;

-- The right that opens all that this one does, and more; or itself.
create function ringfence.wider(permission text) returns text
language sql immutable parallel safe
return case
    when permission = 'ticket.resolve.own' then 'ticket.change'
    when permission = 'comment.note.group' then 'comment.create'
    when permission like '%.group' then left(permission, -6)
    when permission like '%.own' then left(permission, -4)
    else permission end;

-- The next two are no plain expressions: in PL/pgSQL their plan is kept, where an SQL function is planned in every transaction.

-- Of the rights that one holds, those that another set of rights allows: the same, the narrower form of a wider one, or the
-- wider one narrowed. What is the own (.own) of somebody else is to be left out of that set.
create function ringfence.narrowed(held text, allowed text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
    return (select ',' || coalesce(string_agg(distinct p, ',' order by p) || ',', '')
              from (select h.p from unnest(string_to_array(trim(both ',' from held), ',')) h (p)
                     where position(',' || h.p || ',' in allowed) > 0
                        or position(',' || ringfence.wider(h.p) || ',' in allowed) > 0
                    union
                    select a.p from unnest(string_to_array(trim(both ',' from allowed), ',')) a (p)
                     where position(',' || ringfence.wider(a.p) || ',' in held) > 0) kept);
end
$$;

-- The groups of rights that two have in common, list by list; who needs no group has all of them.
create function ringfence.common_groups(held text, groups text, other_held text, other_groups text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
    if other_held not like '%.group,%' then
        return groups;
    elsif held not like '%.group,%' then
        return other_groups;
    end if;
    return (select string_agg((select coalesce(array_agg(g), '{}')::text
                                 from unnest(split_part(groups, ';', n)::uuid[]) g where g = any (split_part(other_groups, ';', n)::uuid[])), ';' order by n)
              from generate_series(1, 4) n);
end
$$;

create function ringfence.live_session(hash text) returns setof ringfence.sessions
language sql stable parallel restricted
begin atomic
    select s.* from ringfence.sessions s
     where s.session_hash = decode(live_session.hash, 'hex') and s.ended_at is null
       and s.idle_expires_at > clock_timestamp() and s.expires_at > clock_timestamp();
end;

-- Credential: i:<identity> as the service verified it, s:<hash> of a session, t:<hash> of one of the tenant's API tokens.
-- Acting: empty; a:<identity> of who acts for the credential's subject (RFC 8693); m:<member> on whose behalf the
-- credential's owner acts. The rights are then those that both have.
-- Returns a line and the context as it was written, for the service to phrase its answers by. In the line, where there is any of it:
-- session or API token|break-glass grant|scopes|expiry (the last two of an API token alone).
-- Runs as ringfence_gate, the one role that may write the context, which may also read what is needed to know a caller by. It stands in
-- the tenant as nobody while it looks; where it raises, that is gone.
-- Errors: RF002 = not a valid token, RF003 = no live membership of an active tenant (which of these, nobody is told),
-- RF004 = the session or API token is none, or is one no more, RF007 = the caller acts for nobody, RF008 = there is nobody to act for.
create function ringfence.enter(token text) returns text
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
-- Each expression is made ready anew in each transaction, which costs more than evaluating it: so there are few on the way that most take.
declare
    part text[] := string_to_array(token, '|');
    token_inner bytea;
    token_outer bytea;
    entered_tenant uuid;
    -- Whose rights are looked up; who narrows them when that is done.
    caller uuid;
    narrowing uuid;
    -- Of a session or API token: its id, and what it may be used for at most.
    credential_id text;
    scopes text;
    scopes_expire timestamptz;
    -- Of whom is looked up now; and the grant that stands behind the whole entry, the subject's before the actor's.
    granted_role text;
    granted_now text;
    granted_by_glass text;
    subject_member uuid;
    subject_held text;
    subject_groups text;
    found_member uuid;
    member_role text;
    held text;
    -- Of those who work in groups, null for the others: read;create;change;seen.
    group_lists text;
    beside text := '';
    named_permissions text[];
    custom_role uuid;
    elevated timestamptz;
    issuers text[];
begin
    select k.inner_pad, k.outer_pad into token_inner, token_outer
      from ringfence.keys k where k.purpose = 'token' and k.kid::text = part[7] and k.retired_at is null;
    -- The service has set the tenant it means; the token must mean the same.
    if cardinality(part) is distinct from 8
        or encode(sha256(token_outer || sha256(token_inner || textsend(left(token, -65)))), 'hex') is distinct from part[8]
        or to_timestamp(part[5]::double precision) < clock_timestamp()
        or part[1] is distinct from current_setting('app.tenant_id', true) then
        raise exception 'not a valid token' using errcode = 'RF002';
    end if;

    -- Inside, as nobody.
    entered_tenant := substr(set_config('backtrace_functions', E'ringfence\n' || replace(part[1], '-', ''), true), 11)::uuid;

    if part[2] like 'i:%' then
        caller := substr(part[2], 3)::uuid;
    else
        if part[2] like 's:%' then
            select s.identity_id, s.session_id::text into caller, credential_id from ringfence.live_session(substr(part[2], 3)) s;
        elsif part[2] like 't:%' then
            select m.identity_id, a.api_token_id::text, ',' || array_to_string(a.scopes, ',') || ',', a.expires_at into caller, credential_id, scopes, scopes_expire
              from ringfence.api_tokens a join ringfence.members m using (tenant_id, member_id)
             where a.tenant_id = entered_tenant and a.token_hash = decode(substr(part[2], 3), 'hex') and a.revoked_at is null
               and a.expires_at > clock_timestamp();
        end if;
        if caller is null then
            raise exception 'the credential is not valid' using errcode = 'RF004';
        end if;
    end if;
    if part[3] <> '' then
        if part[3] like 'm:%' then
            narrowing := caller;
            caller := (select m.identity_id from ringfence.members m where m.tenant_id = entered_tenant and m.member_id = substr(part[3], 3)::uuid);
        elsif part[3] like 'a:%' and part[2] like 'i:%' then
            narrowing := substr(part[3], 3)::uuid;
        else
            -- A way to act that is none of these narrows nothing, so it must not pass for acting alone.
            raise exception 'not a valid token' using errcode = 'RF002';
        end if;
    end if;

    loop
        select m.member_id, m.role, m.permissions, m.role_id, m.elevated_until, t.required_issuers
          into found_member, member_role, named_permissions, custom_role, elevated, issuers
          from ringfence.members m, ringfence.tenants t
         where m.tenant_id = entered_tenant and m.identity_id = caller
           and t.tenant_id = entered_tenant and t.status = 'active';
        -- One look for most: what few members have is asked behind it.
        if found_member is null or elevated is not null or issuers is not null or member_role = 'guest' then
            granted_role := null;
            -- Neither an owner nor a service is made another by a grant from before they were one.
            if elevated > clock_timestamp() and member_role not in ('owner', 'service') then
                -- Of this membership: one from before it ended with that.
                select g.role, g.grant_id::text into granted_role, granted_now from ringfence.break_glass_grants g
                  join ringfence.members m using (tenant_id, member_id)
                 where g.tenant_id = entered_tenant and g.member_id = found_member and g.created_at >= m.created_at
                   and g.revoked_at is null and g.expires_at > clock_timestamp()
                 order by g.created_at desc;
                if found then
                    member_role := granted_role;
                    granted_by_glass := coalesce(granted_by_glass, granted_now);
                end if;
            end if;
            -- A guest is somebody by a grant alone, which names its issuer. A service signs in as its issuer has it, people as
            -- the tenant will have it.
            if found_member is null or member_role = 'guest'
                or issuers is not null and member_role <> 'service' and granted_role is null
                    and not exists (select from ringfence.identities i where i.identity_id = caller and i.issuer = any (issuers)) then
                -- Whoever may act for nobody is told that first, and not whether there is somebody to act for.
                if narrowing is null or part[3] not like 'm:%' then
                    raise exception 'no entry' using errcode = 'RF003';
                end if;
                found_member := null;
            end if;
        end if;
        -- A look into another table has a branch of its own: within one expression all of it would be made ready at every entry.
        if member_role in ('agent', 'light_agent', 'custom') then
            -- Whoever is in no group has no list at all. In one order: the digest of somebody's rights (rights()) covers the lists as they stand.
            select coalesce(array_agg(g.group_id) filter (where g.access && '{read,full}'), '{}')::text
                   || ';' || coalesce(array_agg(g.group_id) filter (where g.access && '{create,full}'), '{}')::text
                   || ';' || coalesce(array_agg(g.group_id) filter (where g.access && '{change,full}'), '{}')::text
                   || ';' || array_agg(g.group_id)::text
              into group_lists
              from (select w.group_id, w.access from ringfence.group_members w
                     where w.tenant_id = entered_tenant and w.member_id = found_member order by w.group_id) g;
            if member_role = 'custom' then
                held := (select ',' || array_to_string(r.permissions, ',') || ',' from ringfence.tenant_roles r
                          where r.tenant_id = entered_tenant and r.role_id = custom_role);
            else
                held := ringfence.permissions_of(member_role, group_lists is not null);
            end if;
        elsif member_role = 'service' then
            held := ',' || array_to_string(named_permissions, ',') || ',';
        else
            held := ringfence.permissions_of(member_role, false);
        end if;
        exit when narrowing is null;
        subject_member := found_member;
        subject_held := held;
        subject_groups := group_lists;
        group_lists := null;
        caller := narrowing;
        narrowing := null;
    end loop;

    if credential_id is not null or part[3] <> '' or granted_by_glass is not null then
        -- The scopes are those of who shows the token.
        if scopes is not null then
            held := ringfence.narrowed(held, scopes);
        end if;
        if part[3] <> '' then
            if part[3] like 'm:%' and (position(',act_as,' in held) = 0 or found_member = subject_member) then
                raise exception 'may act for nobody' using errcode = 'RF007';
            end if;
            if subject_member is null or found_member = subject_member then
                raise exception 'nobody to act for' using errcode = 'RF008';
            end if;
            group_lists := ringfence.common_groups(subject_held, subject_groups, held, group_lists);
            -- What is the actor's own is not the subject's.
            held := ringfence.narrowed(subject_held, regexp_replace(held, '[a-z_.]+\.own,', '', 'g'));
        end if;
        if granted_by_glass is not null then
            held := ringfence.for_hours(held);
        end if;
        beside := coalesce(credential_id, '') || '|' || coalesce(granted_by_glass, '') || '|' || coalesce(scopes, '') || '|'
            || coalesce(to_char(scopes_expire at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '');
    end if;

    -- What is free text stands in hex, so that nothing in it parts the lines. format() writes nothing for a null.
    return beside || E'\n' || set_config('backtrace_functions', replace(format(E'ringfence\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s',
        part[1], caller, coalesce(subject_member, found_member), found_member, part[4],
        case member_role when 'service' then 'service' else 'user' end,
        encode(textsend(coalesce(credential_id, current_setting('app.session_id', true))), 'hex'),
        encode(textsend(current_setting('app.authentication', true)), 'hex'),
        replace(held, '.', ' '),
        coalesce(translate(group_lists, ';-{}', E'\n'), E'\n\n\n')), '-', ''), true);
end
$$;

-- The identity of an issuer's subject, made at first sight. All tenants share these, so the id is chance alone: one that told when it
-- was made would tell whoever names a stranger whether others know them.
create function ringfence.identity_of(issuer text, subject text) returns uuid
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
declare
    found_id uuid;
begin
    select i.identity_id into found_id from ringfence.identities i where i.issuer = identity_of.issuer and i.subject = identity_of.subject;
    if found_id is null then
        insert into ringfence.identities (identity_id, issuer, subject)
        values (gen_random_uuid(), identity_of.issuer, identity_of.subject)
        on conflict on constraint identities_issuer_subject_key do nothing;
        select i.identity_id into strict found_id from ringfence.identities i where i.issuer = identity_of.issuer and i.subject = identity_of.subject;
    end if;
    return found_id;
end
$$;

-- The same for whoever names somebody inside a tenant. Known or not, the transaction is one that writes, and has its number from here on:
-- neither tells the one from the other.
create function ringfence.identity_named(issuer text, subject text) returns uuid
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
begin
    if current_setting('transaction_read_only')::boolean then
        raise exception 'cannot name anybody in a read-only transaction' using errcode = '25006';
    end if;
    perform pg_current_xact_id();
    return ringfence.identity_of(issuer, subject);
end
$$;

-- Of whom a member is made. To nobody but who may: whoever makes an identity holds its key until they are done.
create function ringfence.identity_to_add(issuer text, subject text) returns uuid
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if ringfence.may('member.manage') then
        return ringfence.identity_named(issuer, subject);
    end if;
    return null;
end
$$;

-- What is needed before a tenant is known. By a token minted for it (sign_in.sql), for SQL injected names nobody.
create function ringfence.identify(token text) returns uuid
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.minted(token, 'identify');
begin
    return ringfence.identity_of(said ->> 'issuer', said ->> 'subject');
end
$$;

create function ringfence.resolve_tenant(slug text) returns uuid
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
begin atomic
    select t.tenant_id from ringfence.tenants t where t.slug = resolve_tenant.slug;
end;

-- Who a credential stands for, by a token that names no tenant: an API token belongs to its tenant and is nobody elsewhere.
create function ringfence.my_identity(token text) returns table (identity_id uuid, issuer text, subject text)
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
    part text[] := ringfence.token_parts(token);
    person uuid;
begin
    if part is null or part[1] <> '00000000-0000-0000-0000-000000000000' then
        raise exception 'not a valid token' using errcode = 'RF002';
    end if;
    -- Not within one statement: before a parallel plan begins, a subquery is evaluated that its CASE would not come to.
    if part[2] like 'i:%' then
        person := substr(part[2], 3)::uuid;
    elsif part[2] like 's:%' then
        person := (select s.identity_id from ringfence.live_session(substr(part[2], 3)) s);
    end if;
    return query select i.identity_id, i.issuer, i.subject from ringfence.identities i where i.identity_id = person;
    if not found then
        raise exception 'the credential is not valid' using errcode = 'RF004';
    end if;
end
$$;

-- Ids alone: what a tenant is called and what one may do there is learnt by entering it.
create function ringfence.my_tenants(token text) returns setof uuid
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
declare
    me uuid := (select i.identity_id from ringfence.my_identity(token) i);
begin
    return query select b.tenant_id from ringfence.memberships b where b.identity_id = me order by b.tenant_id limit 500;
end
$$;

-- When an API token was last used: written after the answer, at most once a minute. By a service token, for whoever may run this
-- stands in no tenant.
create function ringfence.token_used(token text) returns void
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    part text[] := ringfence.token_parts(token);
begin
    if part is null or part[2] not like 't:%' then
        raise exception 'not a valid token' using errcode = 'RF002';
    end if;
    perform ringfence.seal(part[1]::uuid);
    update ringfence.api_tokens a set last_used_at = transaction_timestamp()
     where a.tenant_id = part[1]::uuid and a.token_hash = decode(substr(part[2], 3), 'hex')
       and (a.last_used_at is null or a.last_used_at < transaction_timestamp() - interval '1 minute');
    perform ringfence.unseal();
end
$$;

grant execute on function ringfence.token_used(text), ringfence.enter(text), ringfence.identify(text), ringfence.identity_to_add(text, text), ringfence.resolve_tenant(text), ringfence.my_identity(text), ringfence.my_tenants(text)
    to ringfence_app;
grant execute on function ringfence.tenant_id(), ringfence.context(integer), ringfence.tenant_of_login(), ringfence.current_tenant(), ringfence.live_session(text),
    ringfence.wider(text), ringfence.narrowed(text, text), ringfence.common_groups(text, text, text, text), ringfence.for_hours(text) to ringfence_gate;
