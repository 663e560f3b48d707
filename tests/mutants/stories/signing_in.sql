-- Somebody signs in, is known by the session, and signs out; an issuer ends sessions; whoever was invited takes their place.

-- root: tokens as the service mints them, and secrets by their hashes
create function pg_temp.minted(purpose text, said jsonb, seconds integer default 60, kid text default null) returns text language sql security definer as $$
    select m.token || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(m.token))), 'hex')
      from ringfence.keys k, lateral (select concat_ws('|', minted.purpose, encode(convert_to(said::text, 'UTF8'), 'hex'), extract(epoch from clock_timestamp())::bigint + seconds, 'nonce', coalesce(minted.kid, k.kid::text)) token) m
     where k.purpose = 'token'
$$;
create function pg_temp.of(secret text) returns text language sql as $$ select encode(sha256(convert_to(secret, 'UTF8')), 'hex') $$;
create function pg_temp.open(secret text, more jsonb default '{}') returns text language sql as $$
    select pg_temp.minted('session.open', jsonb_build_object('session', pg_temp.of(secret), 'issuer', 'https://issuer.example', 'subject', 'agent', 'id_token', 'id token', 'request_id', '{r_one}', 'idle', 1800, 'absolute', 36000) || more)
$$;
create function pg_temp.live() returns text language sql security definer as $$
    select string_agg(concat_ws(' ', case when s.ended_at is null then 'live' else 'ended' end, i.subject, s.issuer_session_id, s.id_token), ', ' order by s.session_hash) from ringfence.sessions s join ringfence.identities i using (identity_id)
$$;

-- nobody query context/begin_sign_in.sql: a sign-in begins
pg_temp.minted('sign_in.begin', jsonb_build_object('attempt', pg_temp.of('attempt'), 'issuer', 'https://issuer.example', 'return_to', '/inbox', 'tenant_id', '{acme}', 'max_age', 60, 'acr', 'high', 'lifetime', 600))

-- try nobody: a token for another purpose
select ringfence.begin_sign_in(pg_temp.minted('sign_in.take', '{}'));

-- try nobody: a token that is over
select ringfence.begin_sign_in(pg_temp.minted('sign_in.begin', '{}', -1));

-- try nobody: a token of a key that is none
select ringfence.begin_sign_in(pg_temp.minted('sign_in.begin', '{}', 60, '9'));

-- try nobody: a token that was altered
select ringfence.begin_sign_in(replace(pg_temp.minted('sign_in.begin', '{}'), 'nonce', 'other'));

-- try nobody: a token with a part too many
select ringfence.begin_sign_in(pg_temp.minted('sign_in.begin|', '{}'));

-- try root: a token signed with the other key
select ringfence.begin_sign_in(t.token || '|' || encode(sha256(t.outer_pad || sha256(t.inner_pad || textsend(t.token))), 'hex'))
  from (select concat_ws('|', 'sign_in.begin', encode('{}', 'hex'), extract(epoch from clock_timestamp())::bigint + 60, 'nonce', k.kid) as token, k.outer_pad, k.inner_pad from ringfence.keys k where k.purpose = 'seal') t;

-- try root: a token of a key that was retired
update ringfence.keys set retired_at = now() where purpose = 'token';
select ringfence.begin_sign_in(pg_temp.minted('sign_in.begin', jsonb_build_object('attempt', pg_temp.of('other'), 'issuer', 'x', 'return_to', '/', 'lifetime', 60)));

-- try nobody: no token
select ringfence.begin_sign_in(null);

-- try root: old attempts are cleared away, and no young ones
insert into ringfence.sign_in_attempts (attempt_hash, issuer, return_to, expires_at) select sha256(n::text::bytea), 'x', '/', now() + n * interval '1 hour' from generate_series(-2, 2) n where n <> 0;
select ringfence.begin_sign_in(pg_temp.minted('sign_in.begin', jsonb_build_object('attempt', pg_temp.of('other'), 'issuer', 'x', 'return_to', '/', 'lifetime', 60)));

-- try root: a hundred at a time
insert into ringfence.sign_in_attempts (attempt_hash, issuer, return_to, expires_at) select sha256(n::text::bytea), 'x', '/', now() - interval '1 hour' from generate_series(1, 103) n;
select ringfence.begin_sign_in(pg_temp.minted('sign_in.begin', jsonb_build_object('attempt', pg_temp.of('other'), 'issuer', 'x', 'return_to', '/', 'lifetime', 60)));
create temp table left_over as select count(*) from ringfence.sign_in_attempts where expires_at < now();
delete from ringfence.sign_in_attempts where expires_at < now();
select * from left_over;

-- try root: nothing is written into one that is under way
set local role ringfence_owner;
update ringfence.sign_in_attempts set return_to = '/elsewhere';

-- try nobody: the way back with another secret
select * from ringfence.take_sign_in(pg_temp.minted('sign_in.take', jsonb_build_object('attempt', pg_temp.of('wrong'))));

-- try root: the way back too late
update ringfence.sign_in_attempts set expires_at = transaction_timestamp();
select * from ringfence.take_sign_in(pg_temp.minted('sign_in.take', jsonb_build_object('attempt', pg_temp.of('attempt'))));

-- nobody query context/take_sign_in.sql: the way back
pg_temp.minted('sign_in.take', jsonb_build_object('attempt', pg_temp.of('attempt')))

-- nobody: it is good once
select * from ringfence.take_sign_in(pg_temp.minted('sign_in.take', jsonb_build_object('attempt', pg_temp.of('attempt'))));

-- nobody query context/open_session.sql: a session opens
pg_temp.open('first', '{"issuer_session_id": "sid-1", "acr": "high", "authenticated_at": 1767225600, "verified_email": "Agent@Example.org"}')

-- try nobody: the same secret again
select ringfence.open_session(pg_temp.open('first'));

-- try nobody: it never outlasts the whole
select ringfence.open_session(pg_temp.open('short', '{"absolute": 600}'));

-- try nobody: of somebody who was never seen
select ringfence.open_session(pg_temp.open('new', '{"subject": "never seen", "id_token": null}'));

-- try root: what is over is cleared away, a hundred at a time, and nothing that is not
insert into ringfence.sessions (session_id, session_hash, identity_id, last_seen_at, idle_expires_at, expires_at)
select ringfence.new_id(), sha256(n::text::bytea), '{i_agent}', now() - interval '3 hours', now() + (n - 104) * interval '1 minute', now() + interval '1 day' from generate_series(1, 105) n;
select ringfence.open_session(pg_temp.open('one more'));
create temp table left_over as select min(idle_expires_at) - now() as oldest, count(*) filter (where idle_expires_at < now()) as over, count(*) filter (where idle_expires_at >= now()) as not_over from ringfence.sessions where last_seen_at = now() - interval '3 hours';
delete from ringfence.sessions where last_seen_at = now() - interval '3 hours';
select * from left_over;

-- try root: none but what is over
insert into ringfence.sessions (session_id, session_hash, identity_id, last_seen_at, idle_expires_at, expires_at)
select ringfence.new_id(), sha256(n::text::bytea), '{i_agent}', now() - interval '3 hours', now() + n * interval '1 minute', now() + interval '1 day' from generate_series(-2, 2) n where n <> 0;
set local role ringfence_owner;
delete from ringfence.sessions where last_seen_at = now() - interval '3 hours' returning idle_expires_at - now() as over;

-- try nobody: what the browser had before ends, and nothing else
select ringfence.open_session(pg_temp.open('second', jsonb_build_object('replaces', pg_temp.of('first'))));

-- try nobody: what it had before had ended
select ringfence.open_session(pg_temp.open('second', jsonb_build_object('replaces', pg_temp.of('first'))));
select ringfence.open_session(pg_temp.open('third', jsonb_build_object('replaces', pg_temp.of('first'))));

-- nobody query context/find_session.sql: it is found
pg_temp.minted('session.find', jsonb_build_object('session', pg_temp.of('first')))

-- nobody: not by another secret
select * from ringfence.find_session(pg_temp.minted('session.find', jsonb_build_object('session', pg_temp.of('wrong'))));

-- try root: not when it has ended
update ringfence.sessions set ended_at = now();
select * from ringfence.find_session(pg_temp.minted('session.find', jsonb_build_object('session', pg_temp.of('first'))));

-- try root: not when it was idle
update ringfence.sessions set idle_expires_at = transaction_timestamp();
select * from ringfence.find_session(pg_temp.minted('session.find', jsonb_build_object('session', pg_temp.of('first'))));

-- try root: not when it is over
update ringfence.sessions set expires_at = transaction_timestamp();
select * from ringfence.find_session(pg_temp.minted('session.find', jsonb_build_object('session', pg_temp.of('first'))));

-- nobody query context/known_credential.sql: whose it is
pg_temp.minted('credential.known', jsonb_build_object('secret', pg_temp.of('first')))

-- nobody: nobody is known by another secret
select * from ringfence.known_credential(pg_temp.minted('credential.known', jsonb_build_object('secret', pg_temp.of('wrong'))));

-- try nobody: by a token for another purpose
select * from ringfence.known_credential(pg_temp.minted('session.find', jsonb_build_object('secret', pg_temp.of('first'))));

-- try root: whose it was, when it has ended
update ringfence.sessions set ended_at = now(), idle_expires_at = now(), expires_at = now();
select * from ringfence.known_credential(pg_temp.minted('credential.known', jsonb_build_object('secret', pg_temp.of('first'))));

-- try root: an API token that has ended, by its tenant alone
delete from ringfence.api_tokens where tenant_id = '{globex}' and api_token_id = '{token_auditor}';
update ringfence.api_tokens set revoked_at = now(), created_at = now() - interval '2 days', expires_at = now() - interval '1 day';
set session authorization ringfence_app;
select tenant, secret, k.*, current_setting('backtrace_functions'), current_setting('app.tenant_id', true)
  from unnest(array['{acme}', '{globex}']) tenant, unnest(array['token_auditor', 'token_service', 'first', 'wrong']) secret,
       ringfence.known_credential(pg_temp.minted('credential.known', jsonb_build_object('secret', pg_temp.of(secret), 'tenant_id', tenant))) k;

-- nobody query context/touch_session.sql: seen a moment ago
pg_temp.minted('session.touch', jsonb_build_object('session', pg_temp.of('first'), 'idle', 900))

-- try root: seen two minutes ago
update ringfence.sessions set last_seen_at = now() - interval '2 minutes';
select ringfence.touch_session(pg_temp.minted('session.touch', jsonb_build_object('session', pg_temp.of('first'), 'idle', 900)));

-- try root: seen half a minute ago
update ringfence.sessions set last_seen_at = now() - interval '30 seconds';
select ringfence.touch_session(pg_temp.minted('session.touch', jsonb_build_object('session', pg_temp.of('first'), 'idle', 900)));

-- try root: seen half a minute ago, with a short idle time
update ringfence.sessions set last_seen_at = now() - interval '30 seconds';
select ringfence.touch_session(pg_temp.minted('session.touch', jsonb_build_object('session', pg_temp.of('first'), 'idle', 120)));

-- try root: seen ten seconds ago, with a short idle time
update ringfence.sessions set last_seen_at = now() - interval '10 seconds';
select ringfence.touch_session(pg_temp.minted('session.touch', jsonb_build_object('session', pg_temp.of('first'), 'idle', 120)));

-- try root: the whole ends before the idle time would
update ringfence.sessions set last_seen_at = now() - interval '2 minutes', expires_at = now() + interval '10 minutes';
select ringfence.touch_session(pg_temp.minted('session.touch', jsonb_build_object('session', pg_temp.of('first'), 'idle', 900)));

-- try root: neither after the end, nor after the idle time, nor after the whole
update ringfence.sessions set last_seen_at = now() - interval '2 minutes';
create temp table touched (what text, touched boolean);
update ringfence.sessions set ended_at = now();
insert into touched select 'ended', ringfence.touch_session(pg_temp.minted('session.touch', jsonb_build_object('session', pg_temp.of('first'), 'idle', 900)));
update ringfence.sessions set ended_at = null, idle_expires_at = now();
insert into touched select 'idle', ringfence.touch_session(pg_temp.minted('session.touch', jsonb_build_object('session', pg_temp.of('first'), 'idle', 900)));
update ringfence.sessions set idle_expires_at = now() + interval '1 hour', expires_at = now();
insert into touched select 'over', ringfence.touch_session(pg_temp.minted('session.touch', jsonb_build_object('session', pg_temp.of('first'), 'idle', 900)));
select * from touched;

-- nobody query context/list_sessions.sql: one's own sessions
pg_temp.minted('session.list', '{"identity_id": "{i_agent}"}')

-- try root: the newest first, two hundred at most, and none that is over
insert into ringfence.sessions (session_id, session_hash, identity_id, created_at, idle_expires_at, expires_at, ended_at)
select ('00000000-0000-7000-8001-' || lpad(n::text, 12, '0'))::uuid, sha256(n::text::bytea), '{i_agent}', now() - n * interval '1 day', now() + case when n = 2 then 0 else 1 end * interval '1 hour', now() + case when n = 3 then 0 else 1 end * interval '1 hour', case when n = 4 then now() end from generate_series(1, 6) n;
create temp table listed as select row_number() over () as place, l.session_id from ringfence.list_sessions(pg_temp.minted('session.list', '{"identity_id": "{i_agent}"}')) l;
select string_agg(right(session_id::text, 3), ' ' order by place) from listed where session_id::text like '%-8001-%';

-- try root: of many, two hundred
insert into ringfence.sessions (session_id, session_hash, identity_id, idle_expires_at, expires_at) select gen_random_uuid(), sha256(n::text::bytea), '{i_requester}', '2999-01-01', '2999-01-01' from generate_series(1, 203) n;
create temp table listed as select count(*) from ringfence.list_sessions(pg_temp.minted('session.list', '{"identity_id": "{i_requester}"}'));
delete from ringfence.sessions where identity_id = '{i_requester}';
select * from listed;

-- try nobody: somebody else's session is not ended
select * from ringfence.end_session(pg_temp.minted('session.end', '{"session_id": "{session}", "identity_id": "{i_owner}", "rule": "signed_out", "request_id": "{r_one}"}'));

-- try nobody query context/end_session.sql: one's own is, and what the issuer needs is told
pg_temp.minted('session.end', '{"session_id": "{session}", "identity_id": "{i_agent}", "rule": "signed_out", "request_id": "{r_one}", "by": "a token", "authentication": "bearer"}')

-- try root: of two sessions the one that is named
update ringfence.sessions set session_id = '{share}', id_token = 'first' where session_hash = sha256('first');
select * from ringfence.end_session(pg_temp.minted('session.end', '{"session_id": "{share}", "identity_id": "{i_agent}", "rule": "signed_out", "request_id": "{r_one}"}'));

-- try root: the issuer of whose session it is
update ringfence.identities set issuer = 'https://last.example' where subject = 'agent';
select * from ringfence.end_session(pg_temp.minted('session.end', '{"session_id": "{session}", "identity_id": "{i_agent}", "rule": "signed_out", "request_id": "{r_one}"}'));

-- try root: somebody else's session is not listed
update ringfence.sessions set identity_id = '{i_owner}' where session_hash = sha256('first');
select count(*) from ringfence.list_sessions(pg_temp.minted('session.list', '{"identity_id": "{i_agent}"}'));

-- try root: the issuer ends none that has ended
update ringfence.sessions set ended_at = '2026-01-01' where session_id = '{session}';
select ringfence.end_sessions_of_issuer(pg_temp.minted('session.end_by_issuer', jsonb_build_object('issuer', 'https://issuer.example', 'token_id', 'one', 'subject', 'agent', 'request_id', '{r_one}', 'expires_at', 4070908800)));

-- try root: with its ID token
update ringfence.sessions set id_token = 'the token';
select * from ringfence.end_session(pg_temp.minted('session.end', '{"session_id": "{session}", "identity_id": "{i_agent}", "rule": "revoked", "request_id": "{r_one}"}'));

-- try root: once
update ringfence.sessions set ended_at = now();
select * from ringfence.end_session(pg_temp.minted('session.end', '{"session_id": "{session}", "identity_id": "{i_agent}", "rule": "signed_out", "request_id": "{r_one}"}'));

-- nobody: four more sessions
select ringfence.open_session(pg_temp.open('two', '{"issuer_session_id": "sid-2"}'));
select ringfence.open_session(pg_temp.open('three', '{"issuer_session_id": "sid-1", "subject": "owner"}'));
select ringfence.open_session(pg_temp.open('four', '{"issuer": "https://other.example", "issuer_session_id": "sid-1"}'));
select ringfence.open_session(pg_temp.open('five', '{"issuer_session_id": "sid-3", "subject": "requester"}'));
select pg_temp.live();

-- try nobody query context/end_sessions_of_issuer.sql: the issuer ends a session of its own
pg_temp.minted('session.end_by_issuer', jsonb_build_object('issuer', 'https://issuer.example', 'token_id', 'one', 'issuer_session_id', 'sid-1', 'request_id', '{r_one}', 'expires_at', extract(epoch from transaction_timestamp()) + 60))

-- try nobody: the issuer ends all of a subject's
select ringfence.end_sessions_of_issuer(pg_temp.minted('session.end_by_issuer', jsonb_build_object('issuer', 'https://issuer.example', 'token_id', 'one', 'subject', 'agent', 'request_id', '{r_one}', 'expires_at', 4070908800)));

-- try nobody: the issuer ends one session of one subject
select ringfence.end_sessions_of_issuer(pg_temp.minted('session.end_by_issuer', jsonb_build_object('issuer', 'https://issuer.example', 'token_id', 'one', 'subject', 'agent', 'issuer_session_id', 'sid-1', 'request_id', '{r_one}', 'expires_at', 4070908800)));

-- try nobody: the issuer names neither
select ringfence.end_sessions_of_issuer(pg_temp.minted('session.end_by_issuer', jsonb_build_object('issuer', 'https://issuer.example', 'token_id', 'one', 'request_id', '{r_one}', 'expires_at', 4070908800)));

-- try root: a logout token is obeyed once, and by another issuer's name once more
create temp table obeyed (what text, ended integer);
insert into obeyed select 'first', ringfence.end_sessions_of_issuer(pg_temp.minted('session.end_by_issuer', jsonb_build_object('issuer', 'https://issuer.example', 'token_id', 'one', 'subject', 'requester', 'request_id', '{r_one}', 'expires_at', 4070908800)));
insert into obeyed select 'again', ringfence.end_sessions_of_issuer(pg_temp.minted('session.end_by_issuer', jsonb_build_object('issuer', 'https://issuer.example', 'token_id', 'one', 'subject', 'owner', 'request_id', '{r_one}', 'expires_at', 4070908800)));
insert into obeyed select 'other', ringfence.end_sessions_of_issuer(pg_temp.minted('session.end_by_issuer', jsonb_build_object('issuer', 'https://other.example', 'token_id', 'one', 'subject', 'agent', 'request_id', '{r_one}', 'expires_at', 4070908800)));
select * from obeyed;

-- try root: tokens that are long over are forgotten
insert into ringfence.logout_tokens (issuer, token_id, expires_at) values ('x', 'long ago', now() - interval '6 minutes'), ('x', 'a moment ago', now() - interval '4 minutes'), ('x', 'to come', now() + interval '4 minutes');
select ringfence.end_sessions_of_issuer(pg_temp.minted('session.end_by_issuer', jsonb_build_object('issuer', 'https://issuer.example', 'token_id', 'one', 'subject', 'nobody', 'request_id', '{r_one}', 'expires_at', 4070908800)));

-- root: somebody is invited, in both tenants with the same secret
insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at)
select t.tenant_id, '{link}', sha256('invitation'), 'New@Example.org', t.slug || ' newcomer', 'agent', '{owner}', now() + interval '1 day' from ringfence.tenants t;
select ringfence.open_session(pg_temp.open('newcomer', '{"subject": "new", "verified_email": "nEw@example.ORG"}'));
create function pg_temp.accept(secret text default 'invitation', session text default 'newcomer', tenant uuid default '{acme}') returns text language sql as $$
    select concat_ws(' ', a.outcome, a.role, case when a.member_id is not null then 'as a member' end)
      from ringfence.accept_invitation(pg_temp.minted('invitation.accept', jsonb_build_object('tenant_id', tenant, 'secret', pg_temp.of(secret), 'session', pg_temp.of(session), 'request_id', '{r_one}'))) a
$$;

-- root: another is invited as well
insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at)
select t.tenant_id, '{link2}', sha256('another'), 'other@example.org', 'Other', 'auditor', '{admin}', now() + interval '1 day' from ringfence.tenants t;

-- try nobody: another secret
select pg_temp.accept('wrong');

-- try root: another tenant's secret
delete from ringfence.invitations where tenant_id = '{acme}';
select pg_temp.accept();

-- try nobody: who is left in the tenant
select pg_temp.accept(), current_setting('backtrace_functions'), current_setting('app.tenant_id', true);
select current_setting('backtrace_functions'), current_setting('app.tenant_id', true);

-- try root: by the one issuer that the tenant takes
update ringfence.identities set issuer = 'https://other.example' where subject = 'new';
update ringfence.tenants set required_issuers = '{https://other.example}' where tenant_id = '{acme}';
select pg_temp.accept();

-- try nobody: no session
select pg_temp.accept('invitation', 'wrong');

-- try nobody: another tenant
select pg_temp.accept('invitation', 'newcomer', '{absent}');

-- try nobody: another address
select pg_temp.accept('invitation', 'first');

-- try nobody: no address that the issuer vouches for
select pg_temp.accept('invitation', 'two');

-- try root: accepted before
update ringfence.invitations set accepted_at = now(), accepted_by = '{agent}' where tenant_id = '{acme}';
select pg_temp.accept();

-- try root: revoked
update ringfence.invitations set revoked_at = now() where tenant_id = '{acme}';
select pg_temp.accept();

-- try root: over
update ringfence.invitations set created_at = now() - interval '2 days', expires_at = clock_timestamp() where tenant_id = '{acme}';
select pg_temp.accept();

-- try root: the tenant is suspended
update ringfence.tenants set status = 'suspended', suspended_at = now() where tenant_id = '{acme}';
select pg_temp.accept();

-- try root: who invited is an agent now
update ringfence.members set role = 'agent' where member_id = '{owner}' and tenant_id = '{acme}';
select pg_temp.accept();

-- try root: who invited is an admin now
update ringfence.members set role = 'admin' where member_id = '{owner}' and tenant_id = '{acme}';
select pg_temp.accept();

-- try root: who invited is gone
update ringfence.invitations set invited_by = '{asker}' where tenant_id = '{acme}';
select pg_temp.accept();

-- try root: who invited is gone, and of the same id elsewhere is an owner
update ringfence.invitations set invited_by = '{asker}' where tenant_id = '{acme}';
insert into ringfence.identities (identity_id, issuer, subject) values ('{i_p7}', 'https://issuer.example', 'p7');
insert into ringfence.members (tenant_id, member_id, identity_id, role) values ('{globex}', '{asker}', '{i_p7}', 'owner');
select pg_temp.accept();

-- try root: who invited is a service that may not
update ringfence.members set role = 'service', permissions = array_remove(string_to_array(trim(both ',' from ringfence.permissions_of('admin', false)), ','), 'member.manage') where member_id = '{owner}' and tenant_id = '{acme}';
select pg_temp.accept();

-- try root: who invited is a service that may
update ringfence.members set role = 'service', permissions = string_to_array(trim(both ',' from ringfence.permissions_of('admin', false)), ',') where member_id = '{owner}' and tenant_id = '{acme}';
select pg_temp.accept();

-- try root: who invited has a role of the tenant's own that may, as a role of another tenant may not
update ringfence.tenant_roles set permissions = string_to_array(trim(both ',' from ringfence.permissions_of('admin', false)), ',') where role_id = '{wide_role}' and tenant_id = '{acme}';
update ringfence.members set role = 'custom', role_id = '{wide_role}' where member_id = '{owner}' and tenant_id = '{acme}';
select pg_temp.accept();

-- try root: who invited has a role of the tenant's own that may not
update ringfence.tenant_roles set permissions = string_to_array(trim(both ',' from ringfence.permissions_of('admin', false)), ',') where role_id = '{wide_role}' and tenant_id = '{globex}';
update ringfence.members set role = 'custom', role_id = '{wide_role}' where member_id = '{owner}' and tenant_id = '{acme}';
select pg_temp.accept();

-- try root: to be an owner, by an owner
update ringfence.invitations set role = 'owner' where tenant_id = '{acme}';
select pg_temp.accept();

-- try root: to be an owner, by an admin
update ringfence.invitations set role = 'owner', invited_by = '{admin}' where tenant_id = '{acme}';
select pg_temp.accept();

-- try root: the tenant takes another issuer's people
update ringfence.tenants set required_issuers = '{https://other.example}' where tenant_id = '{acme}';
select pg_temp.accept();

-- try root: the tenant takes this issuer's people
update ringfence.tenants set required_issuers = '{https://other.example,https://issuer.example}' where tenant_id = '{acme}';
select pg_temp.accept();

-- try root: by a grant alone, here as there
insert into ringfence.contacts (tenant_id, contact_id, name, identity_id) select t.tenant_id, '{p2}', 'A guest', i.identity_id from ringfence.tenants t, ringfence.identities i where i.subject = 'new';
insert into ringfence.members (tenant_id, member_id, identity_id, role) select t.tenant_id, '{p2}', i.identity_id, 'guest' from ringfence.tenants t, ringfence.identities i where i.subject = 'new';
insert into ringfence.memberships (identity_id, tenant_id) select i.identity_id, t.tenant_id from ringfence.tenants t, ringfence.identities i where i.subject = 'new';
insert into ringfence.identities (identity_id, issuer, subject) values ('{i_p7}', 'https://issuer.example', 'p7');
insert into ringfence.contacts (tenant_id, contact_id, name, identity_id) values ('{acme}', '{new}', 'Another guest', '{i_p7}');
insert into ringfence.members (tenant_id, member_id, identity_id, role) values ('{acme}', '{new}', '{i_p7}', 'guest');
select pg_temp.accept();

-- try root: a letter that is another's in lower case
update ringfence.invitations set email = 'new@example.orK' where tenant_id = '{acme}';
update ringfence.sessions set verified_email = U&'new@example.or\212A' where session_hash = sha256('newcomer');
select pg_temp.accept();

-- try root: and the other way round
update ringfence.invitations set email = U&'new@example.or\212A' where tenant_id = '{acme}';
update ringfence.sessions set verified_email = 'new@example.ork' where session_hash = sha256('newcomer');
select pg_temp.accept();

-- try root: a member already
update ringfence.invitations set email = 'agent@example.org' where tenant_id = '{acme}';
select pg_temp.accept('invitation', 'first');

-- try root: a member of the other tenant alone
update ringfence.sessions set identity_id = '{i_outsider}' where session_hash = sha256('newcomer');
select pg_temp.accept();

-- try root: somebody who was one before
update ringfence.contacts set identity_id = '{i_new}' where tenant_id = '{acme}' and contact_id = '{silent}';
select pg_temp.accept();

-- try root: somebody who was one in the other tenant
update ringfence.contacts set identity_id = '{i_new}' where tenant_id = '{globex}' and contact_id = '{outsider}';
select pg_temp.accept();

-- try root: among the tenant's issuers is one that is none
alter table ringfence.tenants drop constraint tenants_required_issuers_are_some;
update ringfence.tenants set required_issuers = array['https://other.example', null] where tenant_id = '{acme}';
select pg_temp.accept();

-- try root: somebody else has the address here
update ringfence.contacts set email = 'NEW@example.org' where tenant_id = '{acme}' and contact_id = '{silent}';
select pg_temp.accept();

-- try root: somebody else has the address in the other tenant
update ringfence.contacts set email = 'NEW@example.org' where tenant_id = '{globex}' and contact_id = '{silent}';
select pg_temp.accept();

-- nobody query context/accept_invitation.sql: the newcomer takes their place
pg_temp.minted('invitation.accept', jsonb_build_object('tenant_id', '{acme}', 'secret', pg_temp.of('invitation'), 'session', pg_temp.of('newcomer'), 'request_id', '{r_one}'))

-- nobody: once
select pg_temp.accept();

-- try agent query sign_in_settings/change.sql: an agent says which issuers there are
'{acme}', '{https://issuer.example}', 1

-- try owner query sign_in_settings/change.sql: an owner does
'{acme}', '{https://issuer.example,https://other.example}', 1

-- try owner query sign_in_settings/change.sql: at another version
'{acme}', '{https://issuer.example}', 2

-- try owner query sign_in_settings/change.sql: without their own issuer
'{acme}', '{https://other.example}', 1

-- try owner query sign_in_settings/change.sql: none
'{acme}', null, 1

-- try owner query sign_in_settings/change.sql: of another tenant
'{globex}', '{https://issuer.example}', 1

-- try nobody: nobody does
select ringfence.require_issuers('{https://issuer.example}', 1);

-- try admin: an admin, where another tenant's owner could come in
reset session authorization;
update ringfence.identities set issuer = 'https://other.example' where subject = 'new';
delete from ringfence.memberships where tenant_id = '{acme}' and identity_id in ('{i_new}', '{i_owner}');
delete from ringfence.members where tenant_id = '{acme}' and identity_id = '{i_new}';
update ringfence.members set identity_id = '{i_new}' where tenant_id = '{acme}' and member_id = '{owner}';
select ringfence.require_issuers('{https://issuer.example}', 1);

-- try admin: an admin, where no owner could come in any more
reset session authorization;
update ringfence.identities set issuer = 'https://other.example' where subject = 'owner';
select ringfence.require_issuers('{https://issuer.example}', 1);

-- try admin: an admin who comes by another issuer than the owner
reset session authorization;
update ringfence.identities set issuer = 'https://other.example' where subject = 'owner';
select ringfence.require_issuers('{https://issuer.example,https://other.example}', 1);

-- try admin: an admin whose own issuer is left out
reset session authorization;
update ringfence.identities set issuer = 'https://other.example' where subject = 'admin';
select ringfence.require_issuers('{https://issuer.example}', 1);

-- nobody query context/identify.sql: who is known stays who they are
pg_temp.minted('identify', jsonb_build_object('issuer', 'https://issuer.example', 'subject', 'agent'))

-- nobody query context/identify.sql: the same subject of another issuer is somebody else
pg_temp.minted('identify', jsonb_build_object('issuer', 'https://third.example', 'subject', 'agent'))

-- nobody query context/identify.sql: a subject that nobody has had
pg_temp.minted('identify', jsonb_build_object('issuer', 'https://issuer.example', 'subject', 'fresh'))

-- try nobody: a token for another purpose names nobody
select ringfence.identify(pg_temp.minted('session.find', jsonb_build_object('issuer', 'https://issuer.example', 'subject', 'agent')));
