-- The operator's functions: what they make, what they answer, the events they leave, and that they leave no context.

-- play: a tenant is made with its counter, its trail and two events
select ringfence.create_tenant('{new}', '<slug>', '<name>', '{r_one}');
-- effects
-- after:
select t.slug || ' ' || t.name || ' ' || t.status || ' ' || c.last || ' ' || h.length || ' ' || (select string_agg(format('%s %s %s %s %s %s %s %s %s %s', coalesce(i.tenant_id, '{none}'), i.request_id, i.action, i.decision, i.rule, i.actor_kind, i.object_type, i.object_id, i.details, i.actor_id), '; ' order by i.tenant_id) from ringfence.audit_inbox i where i.action like 'tenant.%')
  from ringfence.tenants t join ringfence.ticket_counters c using (tenant_id) join ringfence.audit_heads h using (tenant_id) where t.tenant_id = '{new}';
-- let: slug=initech name=Initech
-- operator:  / audit_heads 0+1, audit_inbox -+1, audit_inbox 0+1, tenants 0+1, ticket_counters 0+1 / initech Initech active 0 0 new r_one tenant.created allow operator operator tenant new {} ; none r_one tenant.created allow operator operator tenant new {} 
-- operator slug=acme: !23P01 tenants_slug_key
-- operator slug=Not: !23514 tenants_slug_is_a_label
-- nobody owner auditor_login dispatcher analyst: !42501

-- play: a tenant is suspended and resumed
-- before:
update ringfence.tenants set status = 'suspended', suspended_at = '2020-01-01' where tenant_id = '{acme}' and <was>;
-- sql:
select ringfence.suspend_tenant('<tenant>', <suspended>, '{r_one}');
-- after:
select string_agg(format('%s %s %s', slug, status, coalesce(case suspended_at when transaction_timestamp() then 'now' else suspended_at::date::text end, '-')), ', ' order by slug) || coalesce((select '; ' || string_agg(format('%s %s %s %s %s', coalesce(left(i.tenant_id::text, 1), '-'), i.action, i.request_id, i.object_type, i.object_id), ', ' order by i.tenant_id) from ringfence.audit_inbox i where i.action like 'tenant.%'), '') from ringfence.tenants;
-- let: was=false tenant={acme} suspended=true
-- operator: t / acme suspended now, globex active -; a tenant.suspended r_one tenant acme, - tenant.suspended r_one tenant acme
-- operator was=true: t / acme suspended 2020-01-01, globex active -; a tenant.suspended r_one tenant acme, - tenant.suspended r_one tenant acme
-- operator was=true suspended=false: t / acme active -, globex active -; a tenant.resumed r_one tenant acme, - tenant.resumed r_one tenant acme
-- operator tenant={absent}: f / acme active -, globex active -
-- nobody owner auditor_login dispatcher analyst: !42501

-- play: the tenants are listed by name, and that is written down
select slug, name, status, created_at::date = now()::date, tenant_id from ringfence.list_tenants('{r_one}');
-- after:
select tenant_id, request_id, action, decision, rule, actor_kind, object_type, object_id, details from ringfence.audit_inbox where action = 'tenant.listed';
-- operator: acme|acme name|active|t|acme; globex|globex name|active|t|globex / null|r_one|tenant.listed|allow|operator|operator|tenant|null|{}
-- nobody owner auditor_login dispatcher analyst: !42501

-- play: a tenant is found by slug or id, with its state
-- before:
update ringfence.tenants set status = 'suspended', suspended_at = now() where tenant_id = '{globex}';
-- sql:
select f.tenant_id, f.status from ringfence.find_tenant('<what>') f;
-- let: what=acme
-- operator: acme|active
-- operator what={globex}: globex|suspended
-- operator what=A0000000-0000-7000-8000-000000000001: acme|active
-- operator what=nonesuch: nothing
-- nobody owner auditor_login dispatcher analyst: !42501

-- play: a command takes its turn in a tenant
select ringfence.command_turn('<tenant>', '<command>');
-- after:
select string_agg(((l.classid::bigint << 32 | l.objid::bigint) = ringfence.turn_key('command', '{acme}', 'import'))::text, ' ') from pg_locks l where l.locktype = 'advisory' and l.pid = pg_backend_pid();
-- let: tenant={acme} command=import
-- operator: t / true
-- operator tenant={globex}: t / false
-- operator command=demo: t / false
-- nobody owner auditor_login dispatcher analyst: !42501

-- play: an identity is made a member, of the contact that is the same person
-- before:
<before>;
-- sql:
select case when p.id::text like '00000000-%' then p.id::text when p.id is not null then 'made' end from ringfence.provision_member('<tenant>', 'https://issuer.example', '<subject>', 'Name', <email>, '<role>', <permissions>, '{r_one}') p (id);
-- effects
-- after:
select string_agg(format('%s %s %s %s %s', left(m.tenant_id::text, 1), m.role, c.name, coalesce(c.email, '-'), coalesce(case when c.identity_id = m.identity_id then 'himself' else 'other' end, '-')), ', ' order by m.tenant_id)
       || '; ' || (select string_agg(format('%s %s %s %s %s', left(i.tenant_id::text, 1), i.action, i.request_id, i.object_type, i.details - 'identity_id' || jsonb_build_object('identity', i.details ->> 'identity_id' = m.identity_id::text, 'object', i.object_id = m.member_id)), ', ') from ringfence.audit_inbox i where i.action like 'member.%')
  from ringfence.members m join ringfence.contacts c on c.tenant_id = m.tenant_id and c.contact_id = m.member_id where m.created_at = transaction_timestamp() group by m.identity_id, m.member_id;
-- let: before=select tenant={acme} subject=new email='new@example.org' role=agent permissions=null
-- operator: made / audit_inbox a+2, contacts a+1, members a+1, memberships a+1 / a agent Name new@example.org himself; a member.added r_one member {"role": "agent", "object": true, "identity": true}
-- operator email='SILENT@example.org': !23505 contacts_email_key
-- operator email=null: made / audit_inbox a+2, contacts a+1, members a+1, memberships a+1 / a agent Name - himself; a member.added r_one member {"role": "agent", "object": true, "identity": true}
-- operator email='outsider@example.org' subject=new: made / audit_inbox a+2, contacts a+1, members a+1, memberships a+1 / a agent Name outsider@example.org himself; a member.added r_one member {"role": "agent", "object": true, "identity": true}
-- operator role=service permissions='{ticket.read}': made / audit_inbox a+2, contacts a+1, members a+1, memberships a+1 / a service Name new@example.org himself; a member.added r_one member {"role": "service", "object": true, "identity": true}
-- operator subject=owner: null / unchanged / nothing
-- operator subject=outsider email=null: made / audit_inbox a+2, contacts a+1, members a+1, memberships a+1 / a agent Name - himself; a member.added r_one member {"role": "agent", "object": true, "identity": true}
-- operator tenant={absent}: null / unchanged / nothing
-- operator email='agent@example.org': !23505 contacts_email_key
-- nobody owner auditor_login dispatcher analyst: !42501

-- play: a former member comes back as the person they were, and never as somebody else
-- before:
insert into ringfence.contacts (tenant_id, contact_id, name, email, identity_id) select t, '{new}', left(t::text, 1) || ' former', 'former@example.org', <identity> from unnest(array['{acme}', '{globex}']::uuid[]) t where t in (<tenants>);
-- sql:
select case when p.id::text like '00000000-%' then p.id::text else 'made' end from ringfence.provision_member('{acme}', 'https://issuer.example', 'new', 'Name', '<mail>', 'agent', null, '{r_one}') p (id);
-- let: identity='{i_new}' tenants='{acme}','{globex}' mail=nobody@example.org
-- operator: new
-- operator tenants='{globex}': made
-- operator identity='{i_owner}': made
-- operator identity=null: made
-- operator identity=null mail=former@example.org: !23505 contacts_email_key

-- play: of a person made for a membership the trail tells before it tells of the membership
select count(*) from ringfence.provision_member('{acme}', 'https://issuer.example', '<subject>', 'Name', null, 'agent', null, '{r_one}');
-- after:
select string_agg(i.action || ' ' || i.object_type || ' ' || (i.request_id = '{r_one}'), ', ' order by i.recorded_at, i.event_id) from ringfence.audit_inbox i where i.action like 'contact.%' or i.action = 'member.added';
-- let: subject=new
-- operator: 1 / contact.created contact true, member.added member true

-- play: the members are listed, and that is written down
select member_id, name, role, issuer, subject, created_at::date from ringfence.list_provisioned_members('<tenant>', '{r_one}') limit 2;
-- after:
select left(tenant_id::text, 1), request_id, action, object_type, object_id, details from ringfence.audit_inbox where action = 'member.listed';
-- let: tenant={acme}
-- operator: owner|acme owner|owner|https://issuer.example|owner|2026-01-02; admin|acme admin|admin|https://issuer.example|admin|2026-01-03 / a|r_one|member.listed|member|null|{}
-- operator tenant={absent}: nothing / 0|r_one|member.listed|member|null|{}
-- nobody owner auditor_login dispatcher analyst: !42501

-- play: the list of members is whole
select count(*), min(name) from ringfence.list_provisioned_members('{acme}', '{r_one}');
-- operator: 8|acme admin

-- play: a member is removed with what hangs from the membership, and stays as a person
select ringfence.deprovision_member('<tenant>', '<member>', '{r_one}');
-- effects
-- after:
select coalesce(string_agg(format('%s %s %s %s %s %s', left(i.tenant_id::text, 1), i.action, i.request_id, i.object_type, i.object_id, i.details), ', '), 'no event') || coalesce((select '; ' || string_agg(format('%s%s v%s %s', left(tenant_id::text, 1), number, version, updated_at = transaction_timestamp()), ' ') from ringfence.tickets where version > 1), '') from ringfence.audit_inbox i where i.action like 'member.%';
-- let: tenant={acme} member={agent}
-- operator: removed / audit_inbox a+1, contacts a+1-1, members a-1, memberships a-1, tickets a+1-1 / a member.removed r_one member agent {}; a2 v2 t
-- operator member={grouped_agent}: removed / audit_inbox a+1, contacts a+1-1, group_members a-1, members a-1, memberships a-1 / a member.removed r_one member grouped_agent {}
-- operator member={auditor}: removed / api_tokens a-1, audit_inbox a+1, contacts a+1-1, members a-1, memberships a-1 / a member.removed r_one member auditor {}
-- operator member={owner}: last_owner / unchanged / no event
-- operator member={outsider}: no_member / unchanged / no event
-- operator member={asker}: no_member / unchanged / no event
-- operator tenant={absent}: no_member / unchanged / no event
-- nobody owner auditor_login dispatcher analyst: !42501

-- play: an analyst's login is made of one shape, for one tenant
select length(ringfence.create_reporting_login('<tenant>', '<verifier>', '{r_one}'));
-- after:
select string_agg(format('%s %s %s %s %s %s %s %s %s', left(l.tenant_id::text, 1), r.rolcanlogin, r.rolinherit, r.rolsuper or r.rolcreatedb or r.rolcreaterole or r.rolreplication or r.rolbypassrls, r.rolconnlimit, l.login ~ '^r_[0-9a-f]{20}$',
       (select string_agg(g.roleid::regrole || ' by ' || g.grantor::regrole, ' ') from pg_auth_members g where g.member = r.oid), (select string_agg(c, ' ' order by c) from pg_db_role_setting s, unnest(s.setconfig) c where s.setrole = r.oid),
       (select rolpassword from pg_authid a where a.oid = r.oid) = '<verifier>'), ', ')
       || '; ' || (select string_agg(format('%s %s %s %s %s %s', left(i.tenant_id::text, 1), i.action, i.request_id, i.object_type, i.object_id, i.details), ', ') from ringfence.audit_inbox i where i.action like 'reporting%')
  from ringfence.reporting_logins l join pg_roles r on r.rolname = l.login where l.created_at = transaction_timestamp();
-- let: tenant={acme} verifier={verifier}
-- root: 22 / a t t f 5 t ringfence_reporting by ringfence_provisioner default_transaction_read_only=on idle_in_transaction_session_timeout=60s search_path=reporting statement_timeout=60s t; a reporting_login.created r_one tenant acme {}
-- root tenant={absent}: !23503 reporting_logins_tenant_fkey
-- root verifier=password: !22023
-- root verifier=md5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: !22023
-- root verifier=: !22023
-- operator nobody owner auditor_login dispatcher analyst: !42501

-- play: only the provisioner registers a login
select ringfence.register_reporting_login('x', '{acme}', '{r_one}');
-- operator nobody owner auditor_login analyst: !42501

-- play: no function of the operator leaves a context behind
select ringfence.<call> is null, concat(current_setting('app.tenant_id', true), current_setting('backtrace_functions'));
-- let: call=x
-- operator call=create_tenant('{new}','initech','x','{r_one}'): f|
-- operator call=suspend_tenant('{acme}',true,'{r_one}'): f|
-- operator call=suspend_tenant('{absent}',true,'{r_one}'): f|
-- operator call=provision_member('{acme}','i','s','n','e@x','agent',null,'{r_one}'): f|
-- operator call=provision_member('{absent}','i','s','n','e@x','agent',null,'{r_one}'): t|
-- operator call=deprovision_member('{acme}','{agent}','{r_one}'): f|
-- operator call=deprovision_member('{acme}','{absent}','{r_one}'): f|
-- operator call=deprovision_member('{acme}','{owner}','{r_one}'): f|
-- root call=create_reporting_login('{acme}','{verifier}','{r_one}'): f|

-- play: who ends an analyst's overdue transactions is a member of their login
select ringfence.create_reporting_login('{acme}', '{verifier}', '{r_one}') is not null;
-- after:
select string_agg(pg_has_role('ringfence_provisioner', r.oid, 'usage')::text, ' ') from ringfence.reporting_logins l join pg_roles r on r.rolname = l.login where l.created_at = transaction_timestamp();
-- root: t / true

-- play: listing leaves no context behind
-- before:
create temp table seen as select 1 as one;
-- sql:
select count(*) > 0 from ringfence.list_provisioned_members('{acme}', '{r_one}');
select concat(current_setting('app.tenant_id', true), current_setting('backtrace_functions'));
-- operator: 

-- play: the operator touches no table
select count(*) from ringfence.<table>;
-- let: table=tenants
-- operator dispatcher: !42501
-- operator dispatcher table=members: !42501
-- operator dispatcher table=tickets: !42501
-- operator dispatcher table=audit_inbox: !42501
