-- Forging and losing the context: nothing that a statement may set is believed.

-- play: a setting changed after entering is not believed, in either form
-- forging:
select set_config('app.<setting>', '<value>', <local>);
-- sql:
select count(*) from ringfence.<table>;
-- let: table=tickets local=true setting=tenant_id value={globex}
-- owner agent grouped_agent requester service[ticket.read]: !RF001
-- owner agent local=false: !RF001
-- requester setting=member_id value={asker}: !RF001
-- requester setting=member_id value={asker} local=false: !RF001
-- requester setting=permissions value=,ticket.read,: !RF001
-- requester setting=permissions value=,ticket.read, local=false: !RF001
-- grouped_agent setting=groups value={{first},{second}}: !RF001
-- grouped_agent setting=groups value={{second}} local=false: !RF001
-- agent setting=identity_id value={i_owner}: !RF001
-- agent setting=request_id value={r_one}: !RF001
-- agent setting=actor_kind value=operator: !RF001
-- agent setting=session_id value=another: !RF001
-- agent setting=authentication value=another: !RF001
-- agent setting=seal value=0: !RF001
-- agent setting=seal value=null: !RF001
-- agent setting=seal value=: 0
-- agent grouped_agent requester table=comments: !RF001
-- agent grouped_agent requester table=ticket_events: !RF001
-- agent requester table=contacts: !RF001
-- agent requester table=members: !RF001
-- agent requester table=groups: !RF001
-- agent requester table=group_members: !RF001
-- agent requester table=organizations: !RF001
-- agent requester table=tags: !RF001
-- owner requester table=memberships: !RF001
-- owner requester table=api_tokens: !RF001
-- owner requester table=tenant_roles: !RF001
-- owner requester table=break_glass_grants: !RF001
-- agent setting=actor_id value={owner}: !RF001
-- agent setting=actor_id value={owner} local=false: !RF001
-- owner requester table=audit_events: !RF001
-- agent requester table=idempotency_keys: !RF001

-- play: the tenant's own row is behind the wall too
-- but: walls
-- forging:
select set_config('app.tenant_id', '<tenant>', true), set_config('app.seal', <seal>, true);
-- sql:
select string_agg(slug, ' ') from ringfence.tenants;
-- let: tenant={globex} seal=current_setting('app.seal')
-- agent: !RF001
-- agent tenant={acme}: acme
-- agent seal='': null
-- nobody: null

-- play: a setting changed in the statement that reads gains nothing
select (select set_config('app.<setting>', '<value>', true) is not null), (select count(*) from ringfence.tickets);
-- let: setting=tenant_id value={globex}
-- agent: !RF001 or t|4
-- requester: !RF001 or t|2
-- requester setting=permissions value=,ticket.read,: !RF001 or t|2
-- requester setting=member_id value={asker}: !RF001 or t|2
-- grouped_agent setting=groups value={{second}}: !RF001 or t|1

-- play: a setting changed for each row gains nothing
-- but: walls
select count(*), count(*) filter (where left(set_config('app.<setting>', '<value>', true), 0) is null) from ringfence.tickets;
-- let: setting=permissions value=,ticket.read,
-- requester: !RF001 or 2|0
-- agent setting=tenant_id value={globex}: !RF001 or 4|0 or 1|0

-- play: who has entered nothing reads nothing, whatever they set
-- forging:
select set_config('app.tenant_id', '{acme}', <local>), set_config('app.identity_id', '{i_owner}', <local>), set_config('app.member_id', '{owner}', <local>),
       set_config('app.permissions', ',ticket.read,comment.read,contact.read,member.read,group.read,organization.read,audit.read,member.manage,ticket.create,ticket.change,', <local>), set_config('app.groups', '{{first}}', <local>),
       set_config('app.request_id', '{r_one}', <local>), set_config('app.seal', '<seal>', <local>);
-- sql:
select count(*) from ringfence.<table>;
-- let: table=tickets local=true seal=
-- nobody: 0
-- nobody local=false: 0
-- nobody table=comments: 0
-- nobody table=ticket_events: 0
-- nobody table=contacts: 0
-- nobody table=members: 0
-- nobody table=memberships: 0
-- nobody table=api_tokens: 0
-- nobody table=tenant_roles: 0
-- nobody table=break_glass_grants: 0
-- nobody table=groups: 0
-- nobody table=group_members: 0
-- nobody table=organizations: 0
-- nobody table=tags: 0
-- nobody table=audit_events: 0
-- nobody table=idempotency_keys: 0
-- nobody seal=0: !RF001
-- nobody seal=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855: !RF001

-- play: who has entered nothing writes nothing, whatever they set
-- forging:
select set_config('app.tenant_id', '{acme}', true), set_config('app.member_id', '{owner}', true), set_config('app.permissions', ',ticket.create,comment.create,contact.change,group.manage,organization.change,member.manage,', true),
       set_config('app.request_id', '{r_one}', true), set_config('app.actor_kind', 'user', true);
-- sql:
<sql>;
-- let: sql=select
-- nobody sql=insert/**/into/**/ringfence.tags/**/values/**/('{acme}','word'): !42501
-- nobody sql=insert/**/into/**/ringfence.groups(tenant_id,group_id,name)values('{acme}','{new}','new'): !42501
-- nobody sql=insert/**/into/**/ringfence.contacts(tenant_id,contact_id,name)values('{acme}','{new}','new'): !42501
-- nobody sql=insert/**/into/**/ringfence.audit_inbox(tenant_id,action,decision)values('{acme}','x','allow'): !42501
-- nobody sql=delete/**/from/**/ringfence.contacts: #0
-- nobody sql=update/**/ringfence.tickets/**/set/**/subject='x': #0

-- play: a seal of another backend is not believed
-- before:
do $$ begin execute replace(pg_get_functiondef('ringfence.enter(text)'::regprocedure), 'pg_backend_pid()', '1'); end $$;
-- sql:
select count(*) from ringfence.tickets;
-- agent requester: !RF001

-- play: a seal of another transaction is not believed
-- before:
do $$ begin execute replace(pg_get_functiondef('ringfence.enter(text)'::regprocedure), 'transaction_timestamp()', '(transaction_timestamp() - interval ''1 microsecond'')'); end $$;
-- sql:
select count(*) from ringfence.tickets;
-- agent requester: !RF001

-- play: the operator's seal holds for its backend and its transaction alone
-- before:
do $$ begin execute replace(pg_get_functiondef('ringfence.seal(uuid)'::regprocedure), '<what>', '<by>'); end $$;
-- sql:
select ringfence.deprovision_member('{acme}', '{absent}', '{r_one}');
-- but: walls force
-- let: what=pg_backend_pid() by=1
-- operator: !RF001
-- operator what=transaction_timestamp() by=clock_timestamp(): !RF001
-- operator what=none: f

-- play: a seal is tried against the live key
-- before:
update ringfence.keys set inner_pad = outer_pad, outer_pad = inner_pad where purpose = '<purpose>';
-- sql:
select count(*) from ringfence.tickets;
-- let: purpose=token
-- agent: !RF002
-- agent purpose=seal: 4

-- play: an analyst's tenant is that of the login, whatever it sets
-- but: walls
-- forging:
select set_config('app.tenant_id', '{globex}', <local>), set_config('app.permissions', ',ticket.read,', <local>), set_config('app.member_id', '{owner}', <local>), set_config('app.seal', '<seal>', <local>);
-- sql:
select count(*), min(left(tenant_id::text, 1)), max(left(tenant_id::text, 1)) from ringfence.<table>;
-- let: table=tickets local=true seal=
-- analyst: 4|a|a
-- analyst local=false: 4|a|a
-- analyst table=comments: 6|a|a
-- analyst seal=0: !RF001

-- play: an analyst becomes nobody else
<sql>;
-- let: sql=select
-- analyst sql=set/**/role/**/ringfence_reporting;select/**/count(*)/**/from/**/ringfence.tickets: 4 or 9
-- analyst sql=set/**/role/**/ringfence_app: !42501
-- analyst sql=set/**/role/**/ringfence_owner: !42501
-- analyst sql=create/**/temp/**/table/**/t(i/**/int): !42501
-- nobody sql=set/**/role/**/ringfence_owner: !42501
-- nobody sql=set/**/role/**/ringfence_auditor: !42501
-- nobody sql=create/**/temp/**/table/**/t(i/**/int): !42501
-- nobody sql=create/**/table/**/ringfence.t(i/**/int): !42501
-- nobody sql=alter/**/table/**/ringfence.tickets/**/disable/**/row/**/level/**/security: !42501
-- nobody sql=select/**/ringfence.seal('{acme}'): !42501
-- nobody sql=select/**/ringfence.unseal(): !42501
