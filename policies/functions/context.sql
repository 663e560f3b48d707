-- The tenant context: how every policy knows where it is. Nothing here believes a setting that a statement could change.

-- An id of version 7 (RFC 9562, 5.7): milliseconds since 1970, then chance. Those that the service makes are of the same kind.
create function ringfence.new_id() returns uuid
language sql volatile parallel unsafe
return encode(overlay(set_bit(set_bit(uuid_send(gen_random_uuid()), 52, 1), 53, 1)
    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 'hex')::uuid;

-- Where the context stands: in a setting that PostgreSQL lets nobody but superusers change, and the one role that was granted to
-- (GRANT SET ON PARAMETER). That role is ringfence_gate, which nobody becomes: enter(), seal() and unseal() run as it. So no statement of
-- the service can write here, in whatever form; a transaction's end takes it back, and so does every rollback to before. A setting under a
-- name of our own could be set by anybody. This one asks for a backtrace in the server's log where an error is raised in a C function of
-- that name; letters, digits, commas and white space may stand in it. The first line is not read: a name that an administrator has put
-- there is no context. Lines:
-- 1 ringfence, 2 tenant, 3 identity, 4 member, 5 actor, 6 request (ids without dashes), 7 kind of actor, 8 session, 9 authentication (UTF-8
-- in hex), 10 permissions (spaces for dots), 11 to 14 the groups by access. Nothing entered: the lines are empty.
create function ringfence.context(line integer) returns text
language sql stable parallel restricted
return split_part(current_setting('backtrace_functions'), chr(10), line);

-- What ties a door to the tenant entered. Like every reader an expression that the planner inlines.
create function ringfence.tenant_id() returns uuid
language sql stable parallel restricted
return nullif(ringfence.context(2), '')::uuid;

-- An analyst's login has one tenant for life, and none while it is suspended; no statement changes session_user.
create function ringfence.tenant_of_login() returns uuid
language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return (select l.tenant_id from ringfence.reporting_logins l join ringfence.tenants t using (tenant_id)
             where l.login = session_user and t.status = 'active');
end
$$;

-- Where the wall stands.
create function ringfence.current_tenant() returns uuid
language sql stable parallel restricted
return coalesce(ringfence.tenant_id(), ringfence.tenant_of_login());

create function ringfence.identity() returns uuid
language sql stable parallel restricted
return nullif(ringfence.context(3), '')::uuid;

create function ringfence.member() returns uuid
language sql stable parallel restricted
return nullif(ringfence.context(4), '')::uuid;

-- Who acts: the member, or the one who acts on the member's behalf.
create function ringfence.actor() returns uuid
language sql stable parallel restricted
return nullif(ringfence.context(5), '')::uuid;

create function ringfence.request() returns uuid
language sql stable parallel restricted
return nullif(ringfence.context(6), '')::uuid;

-- The session or API token that was shown; of a bearer what its issuer calls it.
create function ringfence.credential() returns text
language sql stable parallel restricted
return convert_from(decode(ringfence.context(8), 'hex'), 'UTF8');

-- Oneself, and nobody where one acts for another: what somebody may do by being who they are is not lent.
create function ringfence.oneself() returns uuid
language sql stable parallel restricted
return case ringfence.member() when ringfence.actor() then ringfence.member() end;

-- Who calls with which rights, as a digest: what was answered to other rights, or to another person, is not theirs to see again.
create function ringfence.rights() returns bytea
language sql stable parallel restricted
return sha256(textsend(nullif(ringfence.context(3), '') || '|' || ringfence.context(5) || '|' || ringfence.context(4) || '|' || ringfence.context(10)
    || '|' || ringfence.context(11) || '|' || ringfence.context(12) || '|' || ringfence.context(13) || '|' || ringfence.context(14)));

create function ringfence.permissions() returns text[]
language sql stable parallel restricted
return string_to_array(trim(both ',' from replace(ringfence.context(10), ' ', '.')), ',');

create function ringfence.may(permission text) returns boolean
language sql stable parallel restricted
return position(',' || replace(permission, '.', ' ') || ',' in ringfence.context(10)) > 0;

-- Which of the four lists of groups a permission goes by: where the member may read, create, change, or at least see tickets.
create function ringfence.access_of(permission text) returns integer
language sql immutable parallel safe
return case when permission like 'ticket.create%' then 2
            when permission like 'ticket.change%' or permission like 'ticket.escalate%' or permission like 'comment.create%' then 3
            when permission like 'ticket.read%' then 4
            else 1 end;

create function ringfence.member_with(permission text) returns uuid
language sql stable parallel restricted
return case when ringfence.may(permission) then ringfence.member() end;

create function ringfence.groups_with(permission text) returns uuid[]
language sql stable parallel restricted
return case when ringfence.may(permission) then string_to_array(ringfence.context(10 + ringfence.access_of(permission)), ',')::uuid[] end;

-- Into a tenant as nobody, for the owner's functions alone: they act there by their own doors, not by anybody's permissions.
create function ringfence.seal(tenant_id uuid) returns void
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform set_config('backtrace_functions', E'ringfence\n' || replace(tenant_id::text, '-', ''), true);
end
$$;

create function ringfence.unseal() returns void
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform set_config('backtrace_functions', '', true);
end
$$;

grant execute on function ringfence.tenant_id(), ringfence.context(integer), ringfence.tenant_of_login(), ringfence.request(),
    ringfence.current_tenant(), ringfence.identity(), ringfence.member(), ringfence.actor(), ringfence.access_of(text), ringfence.member_with(text),
    ringfence.groups_with(text), ringfence.permissions(), ringfence.may(text)
    to ringfence_app, ringfence_reporting;
grant execute on function ringfence.new_id(), ringfence.oneself(), ringfence.credential(), ringfence.rights() to ringfence_app;
