-- Breaking the glass: who grants, to whom, what comes of it and for how long.

-- play: an owner gives somebody a role for hours
-- query: break_glass/grant.sql
-- show: grant_id role reason granted_by revoked_at
-- effects
-- after:
select i.action || ' ' || (i.details - 'member_id' - 'identity_id')::text || ' ' || (i.details ?& array['member_id', 'identity_id']) || ' ' || case i.object_type when 'break_glass_grant' then i.object_id::text else i.object_type || i.object_version end from ringfence.audit_inbox i where i.recorded_at > '2026-02-01';
-- let: 1={acme} 2={new} 3=https://issuer.example 4=agent 5=null 6=admin 7=3 8=because/of/a/fire
-- owner: new|admin|because/of/a/fire|owner|null / audit_inbox a+1, break_glass_grants a+1, members a+1-1 / break_glass.granted {"role": "admin", "hours": 3} true new
-- owner 4=requester: new|admin|because/of/a/fire|owner|null / audit_inbox a+1, break_glass_grants a+1, members a+1-1 / break_glass.granted {"role": "admin", "hours": 3} true new
-- owner 4=new: new|admin|because/of/a/fire|owner|null / audit_inbox a+3, break_glass_grants a+1, contacts a+1, members a+1, memberships a+1 / contact.created {} false contact1; member.added {"role": "guest"} false member1; break_glass.granted {"role": "admin", "hours": 3} true new
-- owner 4=outsider: new|admin|because/of/a/fire|owner|null / audit_inbox a+3, break_glass_grants a+1, contacts a+1, members a+1, memberships a+1 / contact.created {} false contact1; member.added {"role": "guest"} false member1; break_glass.granted {"role": "admin", "hours": 3} true new
-- owner 4=owner: nothing / unchanged / nothing
-- owner 4=service: nothing / unchanged / nothing
-- admin agent grouped_agent light_agent requester auditor: nothing / unchanged / nothing
-- owner 1={globex}: nothing / audit_inbox a+1, break_glass_grants a+1, members a+1-1 / break_glass.granted {"role": "admin", "hours": 3} true new
-- owner 6=owner: !23514 break_glass_grants_role_is_known
-- owner 7=0: !23514 break_glass_grants_last_hours
-- owner 7=25: !23514 break_glass_grants_last_hours
-- owner 7=24: new|admin|because/of/a/fire|owner|null / audit_inbox a+1, break_glass_grants a+1, members a+1-1 / break_glass.granted {"role": "admin", "hours": 24} true new
-- owner 7=null: !23502
-- owner 8=short: !23514 break_glass_grants_reason_is_told

-- play: a former member's record is the same person, and a grant makes a guest of them
-- before:
update ringfence.contacts set identity_id = '{i_new}' where tenant_id = '{acme}' and contact_id = '{silent}';
update ringfence.contacts set identity_id = '{i_new}' where tenant_id = '{globex}' and contact_id = '{asker}';
-- sql:
select (ringfence.grant_break_glass('{new}', 'https://issuer.example', 'new', 'x', 'auditor', 1, 'long enough a reason')).member_id;
-- after:
select m.role || ' ' || (m.elevated_until - now()) || ' ' || c.name from ringfence.members m join ringfence.contacts c on c.tenant_id = m.tenant_id and c.contact_id = m.member_id where m.tenant_id = '{acme}' and m.member_id = '{silent}';
-- owner: silent / guest 01:00:00 acme silent

-- play: a person made for a grant is called as they are named, or as their issuer calls them
-- sql:
select count(*) from ringfence.grant_break_glass('{new}', 'https://issuer.example', 'new', <name>, 'auditor', 1, 'long enough a reason');
-- after:
select c.name || ' ' || (c.identity_id = '{i_new}') from ringfence.contacts c where c.tenant_id = '{acme}' and c.identity_id is not null;
-- let: name='x'
-- owner: 1 / x true
-- owner name=null: 1 / new true

-- play: a shorter grant takes nothing from a longer one
-- before:
update ringfence.members set elevated_until = now() + interval '20 hours' where tenant_id = '{acme}' and member_id = '{agent}';
-- sql:
select count(*) from ringfence.grant_break_glass('{new}', 'https://issuer.example', 'agent', null, 'auditor', 1, 'long enough a reason');
-- after:
select m.elevated_until - now() from ringfence.members m where m.tenant_id = '{acme}' and m.member_id = '{agent}';
-- owner: 1 / 20:00:00

-- play: nobody writes a grant, or elevates anybody, past the function
<sql>;
-- let: sql=insert/**/into/**/ringfence.break_glass_grants/**/(tenant_id,grant_id,member_id,role,reason,granted_by,expires_at)/**/values('{acme}','{new}','{agent}','admin','long/enough/a/reason','{owner}',now()+interval'1h')
-- owner admin agent nobody: !42501
-- owner admin agent nobody sql=update/**/ringfence.members/**/set/**/elevated_until=now(): !42501
-- owner admin agent nobody sql=update/**/ringfence.break_glass_grants/**/set/**/expires_at=now(): !42501
-- owner admin agent nobody sql=delete/**/from/**/ringfence.break_glass_grants: !42501

-- play: who ends a grant, and nobody brings one back
-- before:
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at)
select t.tenant_id, '{new}', '{agent}', 'auditor', 'long enough a reason', '{owner}', now() + interval '1 hour' from ringfence.tenants t;
-- sql:
update ringfence.break_glass_grants set revoked_at = <when>;
-- let: when=now()
-- owner service[break_glass.grant,member.read] service[break_glass.grant]: #2
-- owner when=null: !42501
-- admin agent grouped_agent light_agent requester auditor service[member.read] nobody: #0

-- play: a grant that has ended is not ended again
update ringfence.break_glass_grants set revoked_at = now();
-- before:
update ringfence.break_glass_grants set revoked_at = '2026-01-01 01:00';
-- owner service[break_glass.grant]: #0

-- play: a grant is ended once, with its audit row
-- before:
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at, revoked_at)
select t.tenant_id, g.id::uuid, '{agent}', 'auditor', 'long enough a reason', '{owner}', now() + interval '1 hour', g.ended from ringfence.tenants t, (values ('{new}', null), ('{new2}', now()), ('{absent}', null)) g (id, ended);
-- query: break_glass/revoke.sql
-- effects
-- after:
select i.details from ringfence.audit_inbox i where i.action = 'break_glass.revoked';
-- let: 1={acme} 2={new}
-- owner: new / audit_inbox a+1, break_glass_grants a+3, break_glass_grants b+3 / {"member_id": "agent"}
-- owner 2={new2}: nothing / break_glass_grants a+3, break_glass_grants b+3 / nothing
-- owner 2={none}: nothing / break_glass_grants a+3, break_glass_grants b+3 / nothing

-- play: one grant
-- before:
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at)
select t.tenant_id, g.id::uuid, '{agent}', 'auditor', t.slug || ' reason enough', '{owner}', now() + interval '1 hour' from ringfence.tenants t, (values ('{new}'), ('{absent}')) g (id);
-- query: break_glass/get.sql
-- show: grant_id reason
-- let: 1={acme} 2={new}
-- owner: new|acme reason enough
-- owner 2={new2}: nothing

-- play: grants
-- before:
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, created_at, expires_at)
select t.tenant_id, g.id::uuid, g.member::uuid, 'auditor', t.slug || ' reason enough', '{owner}', g.made::timestamptz, g.made::timestamptz + interval '1 hour'
  from ringfence.tenants t, (values ('{new}', '{agent}', '2026-01-01'), ('{new2}', '{silent}', '2026-01-02')) g (id, member, made);
-- query: break_glass/list.sql
-- choose: created_at:ascending
-- show: grant_id reason
-- let: tenant_id={acme} limit=9
-- owner: new|acme reason enough; grant|a reason that was told; new2|acme reason enough
-- owner limit=1: new|acme reason enough

-- play: the filters of the list of grants
-- before:
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, created_at, expires_at)
select t.tenant_id, g.id::uuid, g.member::uuid, 'auditor', t.slug || ' reason enough', '{owner}', g.made::timestamptz, g.made::timestamptz + interval '1 hour'
  from ringfence.tenants t, (values ('{new}', '{agent}', '2026-01-01'), ('{new2}', '{silent}', '2026-01-02')) g (id, member, made);
-- query: break_glass/list.sql
-- choose: <choose> created_at:descending
-- show: grant_id
-- let: tenant_id={acme} limit=9
-- each: member_id member_id={silent}: new2
-- each: created_at:after key_time=2026-01-01 key_id={new}: new2; grant
-- each: created_at:before key_time=2026-01-02 key_id={new2}: grant; new

-- play: grants, the youngest first
-- before:
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, created_at, expires_at)
select t.tenant_id, g.id::uuid, '{agent}', 'auditor', 'long enough a reason', '{owner}', g.made::timestamptz, g.made::timestamptz + interval '1 hour'
  from ringfence.tenants t, (values ('{new}', '2026-01-01'), ('{new2}', '2026-01-02')) g (id, made);
-- query: break_glass/list.sql
-- choose: created_at:descending
-- show: grant_id
-- let: tenant_id={acme} limit=9
-- owner: new2; grant; new

-- play: what a role gives for hours, it gives without the rights to give rights
-- before:
update ringfence.members set elevated_until = now() + interval '1 hour' where tenant_id = '{acme}' and member_id = '{agent}';
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at)
values ('{acme}', '{new}', '{agent}', '<role>', 'long enough a reason', '{owner}', now() + interval '1 hour');
-- sql:
select <what>;
-- let: role=admin what=ringfence.may('audit.read')
-- agent: t
-- agent what=ringfence.may('break_glass.held'): t
-- agent what=ringfence.may('member.manage'): f
-- agent what=ringfence.may('role.manage'): f
-- agent what=ringfence.may('token.manage'): f
-- agent what=ringfence.may('token.create'): f
-- agent what=ringfence.may('settings.change'): f
-- agent what=ringfence.may('group.manage'): t
-- agent what=ringfence.may('member.read'): t
-- agent what=ringfence.gives_roles(): f
-- agent what=ringfence.grantable(): {}
-- agent role=auditor what=ringfence.may('ticket.change'): f
-- grouped_agent what=ringfence.may('break_glass.held'): f

-- play: a grant from before a membership is none of it
-- before:
update ringfence.members set elevated_until = now() + interval '1 hour', created_at = now() where tenant_id = '{acme}' and member_id = '{agent}';
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, created_at, expires_at)
values ('{acme}', '{new}', '{agent}', 'admin', 'long enough a reason', '{owner}', now() - <before> * interval '1 second', now() + interval '1 hour');
-- sql:
select ringfence.may('audit.read');
-- let: before=0
-- agent: t
-- agent before=60: f

-- play: nobody makes a token of a role for hours
-- before:
update ringfence.members set elevated_until = now() + interval '1 hour' where tenant_id = '{acme}' and member_id = '{agent}' and <elevated>;
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at)
values ('{acme}', '{new}', '{agent}', 'admin', 'long enough a reason', '{owner}', now() + interval '1 hour');
-- sql:
insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
values ('{acme}', '{new}', '{agent}', 'agent', 'x', sha256('x'), '{ticket.read}', '{agent}', now() + interval '1 day');
-- let: elevated=true
-- agent: !42501
-- agent elevated=false: #1
