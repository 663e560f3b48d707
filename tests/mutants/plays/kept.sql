-- What is kept of a request: answers, and the trail.

-- play: kept answers are changed and taken away by no statement
<sql>;
-- let: sql=delete/**/from/**/ringfence.idempotency_keys
-- owner agent nobody: !42501
-- owner sql=update/**/ringfence.idempotency_keys/**/set/**/body='x': !42501

-- play: a turn is taken in the tenant entered
select ringfence.take_turn('<what>');
-- after:
select string_agg(((l.classid::bigint << 32 | l.objid::bigint) = ringfence.turn_key('request', '<tenant>', '<what>'))::text, ' ') from pg_locks l where l.locktype = 'advisory' and l.pid = pg_backend_pid();
-- let: what=one tenant={acme}
-- owner agent requester service[]: t / true
-- agent what=another: t / true
-- agent@globex tenant={globex}: t / true
-- nobody: !RF003
-- analyst auditor_login operator dispatcher: !42501

-- play: a transaction takes four turns at most, and one of them as often as it likes
select string_agg(ringfence.take_turn(('one' || n % <of>))::text, ' ') from generate_series(1, <n>) n;
-- let: n=4 of=9
-- agent: true true true true
-- agent n=5: !54000
-- agent n=6 of=1: true true true true true true

-- play: the key of a turn is made of all that is said, under the key that nobody reads
-- before:
insert into ringfence.keys (purpose, kid, inner_pad, outer_pad, retired_at) select 'seal', 9, k.outer_pad, k.inner_pad, now() from ringfence.keys k where k.purpose = 'seal';
-- sql:
select ringfence.turn_key('<kind>', '<tenant>', '<what>') = ('x' || left(encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend('turn|k|{acme}|w'))), 'hex'), 16))::bit(64)::bigint from ringfence.keys k where k.purpose = 'seal' and k.kid = 1;
-- let: kind=k tenant={acme} what=w
-- root: t
-- root kind=l: f
-- root tenant={globex}: f
-- root what=v: f

-- play: an answer is for who had it with the rights of then
-- before:
<before>;
-- sql:
select body from ringfence.idempotency_keys;
-- let: before=select
-- owner agent: acme answer
-- admin requester service[] nobody: nothing
-- via[i:agent,a:owner] via[i:owner,a:agent]: nothing
-- agent before=update/**/ringfence.members/**/set/**/role='light_agent'/**/where/**/member_id='{agent}': nothing
-- agent before=insert/**/into/**/ringfence.group_members(tenant_id,member_id,group_id)values('{acme}','{agent}','{first}'): nothing
-- owner before=update/**/ringfence.idempotency_keys/**/set/**/rights=sha256('x'): nothing

-- play: each member keeps their own answers
insert into ringfence.idempotency_keys (tenant_id, member_id, subject_id, rights, route, key, body_hash, status, headers, body) values ('<tenant>', '<member>', '<subject>', <rights>, 'createTicket', '<key>', sha256('x'), 201, '{}', 'x');
-- effects
-- let: tenant={acme} member=<me> subject=<me> key=k-2 rights=ringfence.rights()
-- owner agent requester service[]: #1 / idempotency_keys a+1
-- owner agent requester tenant={globex}: !42501
-- owner agent requester rights=sha256('x'): !42501
-- owner agent member={admin}: !42501
-- owner agent subject={admin}: !42501
-- via[i:agent,a:owner] member={owner} subject={agent}: #1 / idempotency_keys a+1
-- via[i:agent,a:owner] member={agent} subject={agent}: !42501
-- via[i:agent,a:owner] member={owner} subject={owner}: !42501
-- nobody member={owner}: !42501
-- owner key=k-1: !23505 idempotency_keys_pkey
-- requester key=k-1: #1 / idempotency_keys a+1

-- play: the service writes events of its tenant, and who by is written by the context
insert into ringfence.audit_inbox (tenant_id, action, decision<columns>) values (<tenant>, 'x.done', 'allow'<values>);
-- after:
select left(tenant_id::text, 1), request_id, actor_id, identity_id, actor_kind, session_id, authentication, xid = pg_current_xact_id(), recorded_at::date = now()::date from ringfence.audit_inbox where action = 'x.done';
-- let: tenant='{acme}' columns= values=
-- agent: #1 / a|r_two|agent|i_agent|user|session|bearer|t|t
-- requester: #1 / a|r_two|requester|i_requester|user|session|bearer|t|t
-- agent requester tenant='{globex}': !42501
-- agent requester tenant=null: !42501
-- agent columns=,actor_id values=,'{agent}': !42501
-- agent columns=,request_id values=,'{r_two}': !42501
-- agent columns=,identity_id values=,'{i_agent}': !42501
-- agent columns=,actor_kind values=,'user': !42501
-- agent columns=,session_id values=,'session': !42501
-- agent columns=,authentication values=,'bearer': !42501
-- agent columns=,on_behalf_of values=,null: !42501
-- agent columns=,event_id values=,'{new}': !42501
-- agent columns=,xid values=,'5': !42501
-- agent columns=,recorded_at values=,now(): !42501
-- agent columns=,decision values=,'x': !42701
-- agent columns=,rule,object_type,object_id,object_version,external_system,details values=,'r','ticket','{ticket1}',1,'s','{}': #1 / a|r_two|agent|i_agent|user|session|bearer|t|t
-- nobody: !42501
-- operator dispatcher analyst: !42501

-- play: the trail says who acts, and for whom
insert into ringfence.audit_inbox (tenant_id, action, decision) values ('{acme}', 'x.done', 'allow');
-- after:
select actor_id, identity_id, on_behalf_of, actor_kind, session_id from ringfence.audit_inbox where action = 'x.done';
-- via[i:agent,a:auditor]: #1 / auditor|i_auditor|agent|user|session
-- via[s:session]: #1 / agent|i_agent|null|user|session
-- via[t:token_auditor]: #1 / auditor|i_auditor|null|user|token_auditor
-- via[t:token_service]: #1 / service|i_service|null|service|token_service

-- play: stale answers are forgotten, one's own
select ringfence.forget_stale_answers();
-- before:
update ringfence.idempotency_keys set created_at = transaction_timestamp() - interval '<age>';
-- after:
select string_agg(left(tenant_id::text, 1) || ' ' || member_id || ' ' || subject_id, ', ' order by tenant_id, member_id, subject_id) from ringfence.idempotency_keys;
-- let: age=25h
-- agent: null / a owner owner, b owner owner, b agent agent
-- agent age=23h: null / a owner owner, a agent agent, b owner owner, b agent agent
-- requester: null / a owner owner, a agent agent, b owner owner, b agent agent
-- via[i:agent,a:owner]: null / a owner owner, a agent agent, b owner owner, b agent agent
-- via[i:requester,a:owner]: null / a owner owner, a agent agent, b owner owner, b agent agent
-- via[i:owner,a:requester]: null / a owner owner, a agent agent, b owner owner, b agent agent
-- nobody: null / a owner owner, a agent agent, b owner owner, b agent agent

-- play: the auditor's login writes events of any tenant and of none, and reads nothing back
insert into ringfence.audit_inbox (tenant_id, request_id, action, decision, rule, actor_id, identity_id, actor_kind, on_behalf_of, session_id, authentication, object_type, object_id, object_version, external_system, details<columns>)
values (<tenant>, '{r_one}', 'x.done', 'deny', 'r', '{agent}', '{i_agent}', 'user', null, 's', 'a', 'ticket', '{ticket1}', 1, null, '{}'<values>);
-- let: tenant='{acme}' columns= values=
-- auditor_login: #1
-- auditor_login tenant='{globex}': #1
-- auditor_login tenant=null: #1
-- auditor_login columns=,event_id values=,'{new}': !42501
-- auditor_login columns=,xid values=,'5': !42501
-- auditor_login columns=,recorded_at values=,now(): !42501

-- play: the trail is written by nobody but the mover
insert into ringfence.<table> (<columns>) select <columns> from ringfence.<table> where false;
-- let: table=audit_events columns=tenant_id
-- owner nobody auditor_login operator: !42501
-- owner nobody auditor_login operator table=installation_events columns=event_id: !42501
-- owner nobody auditor_login operator table=audit_heads columns=tenant_id: !42501
-- owner nobody operator table=ticket_counters columns=tenant_id: !42501
-- owner nobody operator table=tenants columns=tenant_id: !42501
-- owner nobody operator table=identities columns=identity_id: !42501
-- owner nobody operator table=keys columns=kid: !42501
-- owner nobody operator table=reporting_logins columns=login: !42501

-- play: the mover carries what each tenant has to its trail, in order, and the rest to the installation's
select ringfence.move_audit(<most>);
-- effects
-- after:
select string_agg(format('%s%s %s %s', left(e.tenant_id::text, 1), e.position, e.action, e.xid), ', ' order by e.tenant_id, e.position) || ' | ' || (select string_agg(length::text, ' ' order by tenant_id) from ringfence.audit_heads)
       || ' | ' || (select string_agg(action, ' ' order by action) from ringfence.installation_events) || ' | ' || (select count(*) from ringfence.audit_inbox) from ringfence.audit_events e where position > 2;
-- let: most=100
-- auditor_login: 4 / audit_events a+1, audit_events b+1, audit_heads a+1-1, audit_heads b+1-1, audit_inbox --1, audit_inbox 0-1, audit_inbox a-1, audit_inbox b-1, installation_events -+2 / a3 acme.waits 12, b3 globex.waits 11 | 3 3 | absent.waits identity.refused nobody.waits | 0
-- auditor_login most=1: 2 / audit_events b+1, audit_heads b+1-1, audit_inbox --1, audit_inbox b-1, installation_events -+1 / b3 globex.waits 11 | 2 3 | identity.refused nobody.waits | 2
-- nobody owner operator dispatcher analyst: !42501

-- play: the mover takes no more than it was asked to of one tenant
-- before:
insert into ringfence.audit_inbox (tenant_id, event_id, xid, recorded_at, request_id, action, decision, actor_kind) select '{acme}', gen_random_uuid(), (20 + n)::text::xid8, '2026-01-05', '{r_one}', 'more', 'allow', 'nobody' from generate_series(1, 5) n;
-- sql:
select ringfence.move_audit(<most>);
-- after:
select string_agg(left(e.tenant_id::text, 1) || e.xid::text, ' ' order by e.tenant_id, e.position) from ringfence.audit_events e where e.position > 2;
-- let: most=3
-- auditor_login: 3 / a12 b11
-- auditor_login most=9: 9 / a12 a21 a22 a23 a24 a25 b11

-- play: the mover carries what one tenant has, and nothing of the others
select ringfence.move_audit(<most>, <asked>);
-- after:
select string_agg(format('%s%s %s', left(e.tenant_id::text, 1), e.position, e.action), ', ' order by e.tenant_id, e.position) || ' | ' || (select count(*) || ' ' || count(tenant_id) from ringfence.audit_inbox) from ringfence.audit_events e where position > 2;
-- let: most=100 asked='{globex}'
-- auditor_login: 1 / b3 globex.waits | 3 2
-- auditor_login asked='{acme}': 1 / a3 acme.waits | 3 2
-- auditor_login asked='{absent}': 0 / null

-- play: the mover carries every column
-- before:
insert into ringfence.audit_inbox (event_id, xid, recorded_at, tenant_id, request_id, action, decision, rule, actor_id, identity_id, actor_kind, on_behalf_of, session_id, authentication, object_type, object_id, object_version, external_system, details)
values ('{new}', '50', '2026-01-06', <tenant>, '{r_one}', 'whole', 'deny', 'r', '{agent}', '{i_agent}', 'service', '{i_owner}', 's', 'a', 'ticket', '{ticket1}', 7, 'x', '{"k": 1}');
-- sql:
select ringfence.move_audit(100) > 0;
-- after:
select <columns> from ringfence.<table> where action = 'whole';
-- let: tenant='{acme}' table=audit_events columns=event_id,xid,recorded_at::date,request_id,decision,rule,actor_id,identity_id,actor_kind,on_behalf_of,session_id,authentication,object_type,object_id,object_version,external_system,details
-- auditor_login: t / new|50|2026-01-06|r_one|deny|r|agent|i_agent|service|i_owner|s|a|ticket|ticket1|7|x|{"k": 1}
-- auditor_login tenant=null table=installation_events columns=event_id,xid,recorded_at::date,request_id,decision,rule,identity_id,actor_kind,session_id,authentication,object_type,object_id,details: t / new|50|2026-01-06|r_one|deny|r|i_agent|service|s|a|ticket|ticket1|{"k": 1}

-- play: the mover leaves no context behind
select ringfence.move_audit(100) > 0, current_setting('app.tenant_id'), current_setting('backtrace_functions');
-- auditor_login: t||
