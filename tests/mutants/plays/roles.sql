-- Roles of a tenant's own making, and roles for hours: who makes, changes and ends them, and that nobody gets more than they give.

-- play: who makes a role of which permissions
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('<tenant>', '{new}', '<name>', '<permissions>');
-- effects
-- let: tenant={acme} name=new permissions={ticket.read}
-- owner admin service[role.manage,ticket.read]: #1 / tenant_roles a+1
-- agent grouped_agent light_agent requester auditor service[member.manage,ticket.read] service[role.manage] nobody: !42501
-- owner admin permissions={}: #1 / tenant_roles a+1
-- owner admin permissions={ticket.read.group,comment.note.group,ticket.resolve.own,token.manage,role.manage}: #1 / tenant_roles a+1
-- service[role.manage,ticket.read.group] permissions={ticket.read.group}: #1 / tenant_roles a+1
-- service[role.manage,ticket.read.group] permissions={ticket.read}: !42501
-- service[role.manage,comment.create.group] permissions={comment.note.group}: !42501
-- service[role.manage,comment.create] permissions={comment.note.group}: #1 / tenant_roles a+1
-- service[role.manage,comment.read] service[role.manage,ticket.change.group] permissions={comment.note.group,ticket.resolve.own}: !42501
-- service[role.manage,ticket.change] permissions={ticket.resolve.own}: #1 / tenant_roles a+1
-- owner permissions={owner.manage}: !23514 tenant_roles_stay_below_owner
-- owner permissions={break_glass.grant}: !42501
-- owner permissions={agreement.manage}: !23514 tenant_roles_stay_below_owner
-- owner permissions={act_as}: !23514 tenant_roles_stay_below_owner
-- owner permissions={provision.manage}: !23514 tenant_roles_stay_below_owner
-- admin permissions={owner.manage}: !42501
-- admin permissions={act_as}: !42501
-- owner tenant={globex}: !42501

-- play: who changes which role
-- before:
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('{acme}', '{new}', 'small', '{ticket.read}'), ('{acme}', '{new2}', 'large', '{ticket.read,audit.read}'), ('{globex}', '{new}', 'small', '{ticket.read}');
-- sql:
update ringfence.tenant_roles set <set>;
-- let: set=version=9
-- owner admin: #4
-- service[role.manage,ticket.read,audit.read]: #2
-- service[role.manage,ticket.read]: #1
-- agent grouped_agent light_agent requester auditor service[member.read] service[role.manage] nobody: #0
-- service[role.manage,ticket.read] set=permissions='{audit.read}': !42501
-- service[role.manage,ticket.read] set=permissions='{}': #1
-- admin set=permissions='{owner.manage}': !42501
-- owner set=permissions='{owner.manage}': !23514 tenant_roles_stay_below_owner
-- owner set=tenant_id='{globex}': !42501
-- owner set=role_id='{absent}': !42501

-- play: who deletes which role
-- before:
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('{acme}', '{new}', 'small', '{ticket.read}'), ('{acme}', '{new2}', 'large', '{ticket.read,audit.read}'), ('{globex}', '{new}', 'small', '{ticket.read}');
-- sql:
delete from ringfence.tenant_roles;
-- effects
-- owner admin: #4 / tenant_roles a-2, tenant_roles b+1
-- service[role.manage,ticket.read,audit.read]: #2 / tenant_roles b+1
-- service[role.manage,ticket.read]: #1 / tenant_roles a+1, tenant_roles b+1
-- agent grouped_agent light_agent requester auditor service[member.read] nobody: #0 / tenant_roles a+2, tenant_roles b+1

-- play: a role that somebody holds stays
-- before:
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('{acme}', '{new}', 'r', '{ticket.read}');
update ringfence.members set role = 'custom', role_id = '{new}' where tenant_id = '{acme}' and member_id = '{agent}';
-- query: roles/remove.sql
-- let: 1={acme} 2={new} 3=1
-- owner: !23503 members_role_fkey

-- play: who sees roles and grants
-- before:
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('{acme}', '{new}', 'r', '{}'), ('{globex}', '{new}', 'r', '{}'), ('{globex}', '{new2}', 's', '{}');
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at)
select t.tenant_id, '{new}', '{silent}', 'auditor', 'long enough a reason', '{owner}', now() + interval '1 hour' from ringfence.tenants t;
-- sql:
select (select count(*) from ringfence.tenant_roles), (select count(*) from ringfence.break_glass_grants);
-- owner admin agent grouped_agent light_agent auditor service[member.read]: 3|2
-- requester service[role.manage] nobody: 0|0

-- play: a role is made with its audit row
-- query: roles/create.sql
-- show: role_id name permissions version
-- effects
-- after:
select i.details from ringfence.audit_inbox i where i.action = 'role.created';
-- let: 1={acme} 2={new} 3=x 4={ticket.read}
-- owner: new|x|{ticket.read}|1 / audit_inbox a+1, tenant_roles a+1 / {"permissions": ["ticket.read"]}

-- play: a role is changed if the version is the one expected
-- before:
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('{acme}', '{new}', 'r', '{ticket.read}'), ('{globex}', '{new}', 'r', '{ticket.read}');
-- query: roles/change.sql
-- show: role_id name permissions version
-- after:
select i.details from ringfence.audit_inbox i where i.action = 'role.updated';
-- let: 1={acme} 2={new} 3=1 4={"name":"x"}
-- owner: new|x|{ticket.read}|2 / {"fields": ["name"], "permissions": ["ticket.read"]}
-- owner 4={"permissions":["audit.read"]}: new|r|{audit.read}|2 / {"fields": ["permissions"], "permissions": ["audit.read"]}
-- owner 4={}: new|r|{ticket.read}|2 / {"fields": [], "permissions": ["ticket.read"]}
-- owner 3=2: nothing / nothing
-- owner 2={absent}: nothing / nothing

-- play: a role is deleted if the version is the one expected
-- before:
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('{acme}', '{new}', 'r', '{ticket.read}'), ('{acme}', '{new2}', 's', '{ticket.read}'), ('{globex}', '{new}', 'r', '{ticket.read}');
-- query: roles/remove.sql
-- effects
-- let: 1={acme} 2={new} 3=1
-- owner: new / audit_inbox a+1, tenant_roles a+1, tenant_roles b+1
-- owner 3=null: new / audit_inbox a+1, tenant_roles a+1, tenant_roles b+1
-- owner 3=2: nothing / tenant_roles a+2, tenant_roles b+1
-- owner 2={absent}: nothing / tenant_roles a+2, tenant_roles b+1

-- play: one role
-- before:
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('{acme}', '{new}', 'r', '{ticket.read}'), ('{acme}', '{absent}', 'q', '{}'), ('{globex}', '{new}', 's', '{}');
-- query: roles/get.sql
-- show: name
-- let: 1={acme} 2={new}
-- owner: r
-- owner 2={new2}: nothing

-- play: roles
-- before:
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions, created_at) values ('{acme}', '{new}', 'r', '{}', '2026-01-01'), ('{acme}', '{new2}', 's', '{}', '2026-01-02'), ('{globex}', '{absent}', 't', '{}', '2026-01-01');
-- query: roles/list.sql
-- choose: created_at:ascending
-- show: name
-- let: tenant_id={acme} limit=9
-- owner: r; narrow; s; wide
-- owner limit=1: r

-- play: roles, the youngest first
-- before:
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions, created_at) values ('{acme}', '{new}', 'r', '{}', '2026-01-01'), ('{acme}', '{new2}', 's', '{}', '2026-01-02');
-- query: roles/list.sql
-- choose: created_at:descending
-- show: name
-- let: tenant_id={acme} limit=9
-- owner: wide; s; narrow; r

-- play: the edges of the list of roles
-- before:
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions, created_at) values ('{acme}', '{new}', 'r', '{}', '2026-01-01'), ('{acme}', '{new2}', 's', '{}', '2026-01-02');
-- query: roles/list.sql
-- choose: <choose> created_at:descending
-- show: name
-- let: tenant_id={acme} limit=9
-- each: created_at:after key_time=2026-01-01 key_id={new}: wide; s; narrow
-- each: created_at:before key_time=2026-01-02 key_id={new2}: narrow; r
