-- Forging and losing the context: nothing that a statement may set is believed.

-- play: a tenant that is set after entering is not asked, in either form
-- forging:
select set_config('app.<setting>', '<value>', <local>);
-- sql:
select min(left(tenant_id::text, 1)), max(left(tenant_id::text, 1)) from ringfence.<table>;
-- let: table=tickets local=true setting=tenant_id value={globex}
-- owner agent grouped_agent requester service[ticket.read]: a|a or null|null
-- owner agent local=false: a|a or null|null
-- agent grouped_agent requester table=comments: a|a or null|null
-- agent grouped_agent requester table=ticket_events: a|a or null|null
-- agent requester table=contacts: a|a or null|null
-- agent requester table=members: a|a or null|null
-- agent requester table=groups: a|a or null|null
-- agent requester table=group_members: a|a or null|null
-- agent requester table=organizations: a|a or null|null
-- agent requester table=tags: a|a or null|null
-- owner requester table=memberships: a|a or null|null
-- owner requester table=api_tokens: a|a or null|null
-- owner requester table=tenant_roles: a|a or null|null
-- owner requester table=break_glass_grants: a|a or null|null
-- owner requester table=audit_events: a|a or null|null
-- agent requester table=idempotency_keys: a|a or null|null

-- play: what else is set is never asked
-- forging:
select set_config('app.<setting>', '<value>', <local>);
-- sql:
select string_agg(number::text, ' ' order by number), ringfence.request(), ringfence.actor(), ringfence.identity(), ringfence.member(), ringfence.context(7), ringfence.context(8), ringfence.context(9) from ringfence.tickets;
-- let: local=true setting=member_id value={asker}
-- requester: 3 4|r_two|requester|i_requester|requester|user|73657373696f6e|626561726572
-- requester local=false: 3 4|r_two|requester|i_requester|requester|user|73657373696f6e|626561726572
-- requester setting=permissions value=,ticket.read,: 3 4|r_two|requester|i_requester|requester|user|73657373696f6e|626561726572
-- requester setting=actor_id value={owner}: 3 4|r_two|requester|i_requester|requester|user|73657373696f6e|626561726572
-- requester setting=session_id value=another: 3 4|r_two|requester|i_requester|requester|user|73657373696f6e|626561726572
-- requester setting=authentication value=another: 3 4|r_two|requester|i_requester|requester|user|73657373696f6e|626561726572
-- grouped_agent setting=groups value={{first},{second}}: 1 4|r_two|grouped_agent|i_grouped_agent|grouped_agent|user|73657373696f6e|626561726572

-- play: nobody writes the context, and nobody takes it up where another left it
-- forging:
<form>;
-- sql:
select ringfence.current_tenant(), ringfence.member();
-- let: form=select/**/set_config('backtrace_functions',current_setting('backtrace_functions'),true)
-- owner agent requester nobody analyst operator dispatcher auditor_login: !42501
-- owner nobody analyst form=select/**/set_config('backtrace_functions','ringfence',false): !42501
-- owner nobody analyst form=set/**/local/**/backtrace_functions='ringfence': !42501
-- owner nobody analyst form=set/**/backtrace_functions='ringfence': !42501
-- owner form=reset/**/backtrace_functions: !42501
-- owner agent form=reset/**/all: null|null
-- owner_role definer: !42501

-- play: the tenant's own row is behind the wall too
-- but: walls
-- forging:
select set_config('app.tenant_id', '<tenant>', true);
-- sql:
select string_agg(slug, ' ') from ringfence.tenants;
-- let: tenant={globex}
-- agent: acme
-- agent tenant=: acme
-- nobody: null

-- play: a setting changed in the statement that reads gains nothing
select (select set_config('app.<setting>', '<value>', true) is not null), (select count(*) from ringfence.tickets);
-- let: setting=tenant_id value={globex}
-- agent: t|4
-- requester: t|2
-- requester setting=permissions value=,ticket.read,: t|2
-- requester setting=member_id value={asker}: t|2
-- grouped_agent setting=groups value={{second}}: t|2

-- play: a setting changed for each row gains nothing
-- but: walls
select count(*), count(*) filter (where left(set_config('app.<setting>', '<value>', true), 0) is null) from ringfence.tickets;
-- let: setting=permissions value=,ticket.read,
-- requester: 2|0
-- agent setting=tenant_id value={globex}: 4|0 or 1|0

-- play: who has entered nothing reads nothing, whatever they set
-- forging:
select set_config('app.tenant_id', '{acme}', <local>), set_config('app.identity_id', '{i_owner}', <local>), set_config('app.member_id', '{owner}', <local>),
       set_config('app.permissions', ',ticket.read,comment.read,contact.read,member.read,group.read,organization.read,audit.read,member.manage,ticket.create,ticket.change,', <local>), set_config('app.groups', '{{first}}', <local>),
       set_config('app.request_id', '{r_one}', <local>);
-- sql:
select count(*) from ringfence.<table>;
-- let: table=tickets local=true
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

-- play: who has entered nothing writes nothing, whatever they set
-- forging:
select set_config('app.tenant_id', '{acme}', true), set_config('app.member_id', '{owner}', true), set_config('app.permissions', ',ticket.create,comment.create,contact.change,group.manage,organization.change,member.manage,', true),
       set_config('app.request_id', '{r_one}', true);
-- sql:
<sql>;
-- let: sql=select
-- nobody sql=insert/**/into/**/ringfence.tags/**/values/**/('{acme}','word'): !42501
-- nobody sql=insert/**/into/**/ringfence.groups(tenant_id,group_id,name)values('{acme}','{new}','new'): !42501
-- nobody sql=insert/**/into/**/ringfence.contacts(tenant_id,contact_id,name)values('{acme}','{new}','new'): !42501
-- nobody sql=insert/**/into/**/ringfence.audit_inbox(tenant_id,action,decision)values('{acme}','x','allow'): !42501
-- nobody sql=delete/**/from/**/ringfence.contacts: #0
-- nobody sql=update/**/ringfence.tickets/**/set/**/subject='x': #0

-- play: an analyst's tenant is that of the login, whatever it sets
-- but: walls
-- forging:
select set_config('app.tenant_id', '{globex}', <local>), set_config('app.permissions', ',ticket.read,', <local>), set_config('app.member_id', '{owner}', <local>);
-- sql:
select count(*), min(left(tenant_id::text, 1)), max(left(tenant_id::text, 1)) from ringfence.<table>;
-- let: table=tickets local=true
-- analyst: 4|a|a
-- analyst local=false: 4|a|a
-- analyst table=comments: 6|a|a

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
