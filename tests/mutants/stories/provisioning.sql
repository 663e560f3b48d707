-- An identity provider makes, changes and ends users and groups; what becomes of members, tickets and queues.

-- root: both tenants have a user, a group and settings
select pg_temp.provisioned();

-- try service[provision.manage]: changed in nothing
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', 'p1@example.org', '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: called otherwise
select u.* from ringfence.provision_user('{u1}', 1, 'U9', 'p1', true, 'P9', 'p9@example.org', '{"roles":[{"value":"Support"}],"title":"x"}') u;

-- try service[provision.manage]: called otherwise, and written to as before
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P9', 'p1@example.org', '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: another title alone
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', 'p1@example.org', '{"roles":[{"value":"Support"}],"title":"x"}') u;

-- try service[provision.manage]: another user name alone
select u.* from ringfence.provision_user('{u1}', 1, 'U9', 'p1', true, 'P1', 'p1@example.org', '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: changed in nothing, by other settings
reset session authorization; update ringfence.provisioning_settings set role_map = '{"Support": "light_agent"}' where tenant_id = '{acme}'; set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', 'p1@example.org', '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: changed in nothing, long after
reset session authorization; update ringfence.scim_users set updated_at = '2026-01-01' where scim_user_id = '{u1}'; set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', 'p1@example.org', '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: another title, long after
reset session authorization; update ringfence.scim_users set updated_at = '2026-01-01' where scim_user_id = '{u1}'; set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', 'p1@example.org', '{"roles":[{"value":"Support"}],"title":"x"}') u;

-- try service[provision.manage]: of another version
select u.* from ringfence.provision_user('{u1}', 2, 'U9', 'p1', true, 'P9', 'p9@example.org', '{}') u;

-- try service[provision.manage]: of the other tenant
select u.* from ringfence.provision_user('{u2}', 1, 'U9', 'p1', true, 'P9', 'p9@example.org', '{}') u;

-- try service[provision.manage]: switched off
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', false, 'P1', 'p1@example.org', '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: switched off, and on again
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', false, 'P1', 'p1@example.org', '{"roles":[{"value":"Support"}]}') u;
select u.* from ringfence.provision_user('{u1}', 2, 'U1', 'p1', true, 'P1', 'p1@example.org', '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: neither on nor off
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', null, 'P1', 'p1@example.org', '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: another subject
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p9', true, 'P1', 'p1@example.org', '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: another subject, and switched off
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p9', false, 'P1', 'p1@example.org', '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: known by name alone
select u.* from ringfence.provision_user('{u1}', 1, 'U1', null, true, 'P1', null, '{}') u;

-- try service[provision.manage]: somebody's who is a member by themselves
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'agent', true, 'P1', null, '{}') u;

-- try service[provision.manage]: an address that another has
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', 'ASKER@example.org', '{}') u;

-- try service[provision.manage]: an address that another has in the other tenant
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', 'outsider@example.org', '{}') u;

-- try service[provision.manage]: their own address, in capitals
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', 'P1@EXAMPLE.ORG', '{}') u;

-- try service[provision.manage]: the least of several roles by name
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', null, '{"roles":[{"value":"Guest"},{"value":"Support"},{"value":"None"}]}') u;

-- try service[provision.manage]: a role that nobody knows
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', null, '{"roles":[{"value":"None"},{}]}') u;

-- try service[provision.manage]: a new one
select u.* from ringfence.provision_user('{new}', null, 'N', 'n1', true, 'New', 'n@example.org', '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: a new one, not active
select u.* from ringfence.provision_user('{new}', null, 'N', null, false, 'New', null, '{}') u;

-- try service[provision.manage]: a new one who is somebody in the other tenant
select u.* from ringfence.provision_user('{new}', null, 'N', 'outsider', true, 'New', 'outsider@example.org', '{}') u;

-- try service[provision.manage]: a new one who is a member already
select u.* from ringfence.provision_user('{new}', null, 'N', 'agent', true, 'New', null, '{}') u;

-- try service[provision.manage]: a new one who is provisioned already
select u.* from ringfence.provision_user('{new}', null, 'N', 'p1', true, 'New', null, '{}') u;

-- try service[provision.manage]: a new one who was here before
reset session authorization; select pg_temp.former(); set session authorization ringfence_app;
select u.* from ringfence.provision_user('{new}', null, 'N', 'p7', true, 'New', null, '{}') u;

-- try service[provision.manage]: a new one who was in the other tenant before
reset session authorization; select pg_temp.former(); update ringfence.contacts set tenant_id = '{globex}' where contact_id = '{p2}'; set session authorization ringfence_app;
select u.user_name from ringfence.provision_user('{new}', null, 'N', 'p7', true, 'New', null, '{}') u;

-- try service[provision.manage]: without settings here
reset session authorization; delete from ringfence.provisioning_settings where tenant_id = '{acme}'; set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', null, '{}') u;

-- try service[provision.manage]: the settings of the other tenant differ
reset session authorization;
update ringfence.provisioning_settings set issuer = 'https://other.example', default_role = 'light_agent', role_map = '{}' where tenant_id = '{globex}';
set session authorization ringfence_app;
select u.* from ringfence.provision_user('{new}', null, 'N', 'n1', true, 'New', null, '{}') u;

-- try service[provision.manage]: the issuer is another now
reset session authorization; update ringfence.provisioning_settings set issuer = 'https://other.example'; set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', null, '{}') u;
select u.* from ringfence.provision_user('{new}', null, 'N', 'n1', true, 'New', null, '{}') u;

-- try service[provision.manage]: an admin took them on as their own
reset session authorization; update ringfence.members set provisioned = false where member_id = '{p1}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', null, '{}') u;

-- try service[provision.manage]: the other tenant took them on as its own, and made an owner of them
reset session authorization; update ringfence.members set provisioned = false, role = 'owner' where member_id = '{p1}' and tenant_id = '{globex}'; set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', false, 'P1', null, '{}') u;

-- try service[provision.manage]: an admin made an admin of them
reset session authorization; update ringfence.members set role = 'admin' where member_id = '{p1}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', null, '{}') u;

-- try service[provision.manage]: an admin ended them here, and the provider changes a title
reset session authorization; select pg_temp.gone(); set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', null, '{}') u;

-- try service[provision.manage]: an admin ended them here, and the provider ends them too
reset session authorization; select pg_temp.gone(); set session authorization ringfence_app;
select u.* from ringfence.deprovision_user('{u1}', 1) u;

-- try service[provision.manage]: an admin ended them here, the other tenant took them on as its own, and the provider ends them
reset session authorization;
delete from ringfence.api_tokens where member_id = '{p1}' and tenant_id = '{acme}'; update ringfence.tickets set assignee_id = null where assignee_id = '{p1}' and tenant_id = '{acme}';
delete from ringfence.group_members where member_id = '{p1}' and tenant_id = '{acme}'; delete from ringfence.memberships where identity_id = '{i_p1}' and tenant_id = '{acme}';
delete from ringfence.members where member_id = '{p1}' and tenant_id = '{acme}'; update ringfence.members set provisioned = false where member_id = '{p1}' and tenant_id = '{globex}';
set session authorization ringfence_app;
select u.version from ringfence.deprovision_user('{u1}', 1) u;

-- try service[provision.manage]: the other tenant has no such member
reset session authorization;
delete from ringfence.api_tokens where member_id = '{p1}' and tenant_id = '{globex}'; update ringfence.tickets set assignee_id = null where assignee_id = '{p1}' and tenant_id = '{globex}';
delete from ringfence.group_members where member_id = '{p1}' and tenant_id = '{globex}'; delete from ringfence.memberships where identity_id = '{i_p1}' and tenant_id = '{globex}';
delete from ringfence.members where member_id = '{p1}' and tenant_id = '{globex}';
set session authorization ringfence_app;
select u.user_name from ringfence.provision_user('{u1}', 1, 'U1', 'p1', false, 'P1', null, '{}') u;

-- try service[provision.manage]: ended
select u.* from ringfence.deprovision_user('{u1}', null) u;

-- try service[provision.manage]: ended at this version, and again
select u.version from ringfence.deprovision_user('{u1}', 1) u;
select u.version from ringfence.deprovision_user('{u1}', 1) u;

-- try owner: by an owner
select u.* from ringfence.deprovision_user('{u1}', 1) u;

-- try service[provision.manage]: an auditor by now
reset session authorization; delete from ringfence.api_tokens where member_id = '{p1}'; update ringfence.members set role = 'auditor' where member_id = '{p1}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P9', null, '{"roles":[{"value":"Guest"}]}') u;

-- try service[provision.manage]: an auditor by now, switched off
reset session authorization; delete from ringfence.api_tokens where member_id = '{p1}'; update ringfence.members set role = 'auditor' where member_id = '{p1}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', false, 'P1', null, '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: of a role of the tenant's own by now, and out of the last group
reset session authorization; update ringfence.members set role = 'custom', role_id = '{narrow_role}' where member_id = '{p1}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{}') g;

-- try service[provision.manage]: of a role of the tenant's own by now, and ended
reset session authorization; update ringfence.members set role = 'custom', role_id = '{narrow_role}' where member_id = '{p1}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select u.version from ringfence.deprovision_user('{u1}', 1) u;

-- try service[provision.manage]: an admin by now, and ended
reset session authorization; update ringfence.members set role = 'admin' where member_id = '{p1}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select u.version from ringfence.deprovision_user('{u1}', 1) u;

-- try service[provision.manage]: a light agent by now
reset session authorization; update ringfence.members set role = 'light_agent' where member_id = '{p1}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', null, '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: a requester by now
reset session authorization; update ringfence.members set role = 'requester' where member_id = '{p1}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', null, '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: ended, where the other tenant's own comes first
reset session authorization;
update ringfence.members set provisioned = false where member_id = '{p1}' and tenant_id = '{globex}'; update ringfence.members set updated_at = updated_at where member_id = '{p1}' and tenant_id = '{acme}';
set session authorization ringfence_app;
select u.user_name from ringfence.deprovision_user('{u1}', 1) u;

-- try service[provision.manage]: ended, whose number in the other tenant is of somebody who belongs here
reset session authorization;
insert into ringfence.members (tenant_id, member_id, identity_id, role) values ('{acme}', '{asker}', '{i_new}', 'requester'); insert into ringfence.memberships (identity_id, tenant_id) values ('{i_new}', '{acme}');
delete from ringfence.memberships where identity_id = '{i_p1}' and tenant_id = '{globex}'; update ringfence.members set identity_id = '{i_new}' where member_id = '{p1}' and tenant_id = '{globex}';
set session authorization ringfence_app;
select u.user_name from ringfence.deprovision_user('{u1}', 1) u;

-- try service[provision.manage]: of a queue that in the other tenant is another group's
reset session authorization;
delete from ringfence.scim_group_members where tenant_id = '{globex}'; update ringfence.scim_groups set scim_group_id = '{new}' where tenant_id = '{globex}';
update ringfence.group_members set access = '{read}' where member_id = '{p1}';
set session authorization ringfence_app;
select u.version from ringfence.provision_user('{u1}', 1, 'U1', 'p1', true, 'P1', null, '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: a requester out of the last group
reset session authorization;
update ringfence.members set role = 'requester' where member_id = '{p1}' and tenant_id = '{acme}'; update ringfence.scim_users set role = 'requester' where scim_user_id = '{u1}';
set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{}') g;

-- try owner: a group, by an owner
select g.version from ringfence.provision_group('{new}', null, 'made', 'x2', '{}') g;

-- root: another user in both tenants, and another group
insert into ringfence.identities (identity_id, issuer, subject) values ('{i_p7}', 'https://issuer.example', 'p7');
insert into ringfence.contacts (tenant_id, contact_id, name, identity_id) select t.tenant_id, '{p2}', 'P2', '{i_p7}' from ringfence.tenants t;
insert into ringfence.members (tenant_id, member_id, identity_id, role, provisioned) select t.tenant_id, '{p2}', '{i_p7}', 'requester', true from ringfence.tenants t;
insert into ringfence.memberships (identity_id, tenant_id) select '{i_p7}', t.tenant_id from ringfence.tenants t;
insert into ringfence.scim_users (tenant_id, scim_user_id, contact_id, user_name, external_id, active, issuer, subject, role, grouped, attributes)
select t.tenant_id, '{new2}', '{p2}', 'U7', 'p7', true, 'https://issuer.example', 'p7', 'agent', false, '{}' from ringfence.tenants t;
insert into ringfence.groups (tenant_id, group_id, name) select t.tenant_id, '{link}', 'other queue' from ringfence.tenants t;
insert into ringfence.scim_groups (tenant_id, scim_group_id, group_id, display_name, external_id) select t.tenant_id, '{link2}', '{link}', 'other queue', 'x7' from ringfence.tenants t;

-- try service[provision.manage]: called otherwise beside another
select u.* from ringfence.provision_user('{u1}', 1, 'U9', 'p1', true, 'P9', null, '{"roles":[{"value":"Support"}]}') u;

-- try service[provision.manage]: ended beside another who is in both groups
reset session authorization; insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id) values ('{acme}', '{sg1}', '{new2}'), ('{acme}', '{link2}', '{new2}'); set session authorization ringfence_app;
select u.version from ringfence.deprovision_user('{u1}', 1) u;

-- try service[provision.manage]: ended beside another who is in the same group
reset session authorization; insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id) values ('{acme}', '{sg1}', '{new2}'); set session authorization ringfence_app;
select u.version from ringfence.deprovision_user('{u1}', 1) u;

-- try service[provision.manage]: ended beside another who is in none
select u.version from ringfence.deprovision_user('{u1}', 1) u;

-- try service[provision.manage]: a group ended beside another whose member an admin took out
reset session authorization; insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id) values ('{acme}', '{link2}', '{new2}'); set session authorization ringfence_app;
select g.version from ringfence.deprovision_group('{sg1}', 1) g;

-- try service[provision.manage]: a group changed in nothing, out of whose queue an admin took one
reset session authorization; insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id) values ('{acme}', '{sg1}', '{new2}'); set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{{u1},{new2}}') g;

-- try service[provision.manage]: a group with both, one of whom is in no group yet
select g.* from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{{u1},{new2}}') g;

-- try service[provision.manage]: a group with the other alone
select g.* from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{{new2}}') g;

-- try service[provision.manage]: a group with nobody
select g.* from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{}') g;

-- try service[provision.manage]: a group of another external id
select g.* from ringfence.provision_group('{sg1}', 1, 'queue', 'x9', '{{u1}}') g;

-- try service[provision.manage]: a group with one twice
select g.* from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{{u1},{u1}}') g;

-- try service[provision.manage]: into another group, and out of the first
select g.version from ringfence.provision_group('{link2}', 1, 'other queue', 'x7', '{{u1}}') g;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{}') g;

-- try service[provision.manage]: out of the last group, with one that the provider does not know
reset session authorization; insert into ringfence.group_members (tenant_id, member_id, group_id) values ('{acme}', '{p1}', '{vacant}'); set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{}') g;

-- try service[provision.manage]: out of the last group, with one in the other tenant
reset session authorization; insert into ringfence.group_members (tenant_id, member_id, group_id) values ('{globex}', '{p1}', '{vacant}'); set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{}') g;

-- try service[provision.manage]: into a group with whoever an admin put there
reset session authorization; insert into ringfence.group_members (tenant_id, member_id, group_id, access) values ('{acme}', '{p2}', '{queue}', '{read}'); set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{{u1},{new2}}') g;

-- try service[provision.manage]: out of a group of a member who is an admin now
reset session authorization; update ringfence.members set role = 'admin' where member_id = '{p1}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{{new2}}') g;

-- try service[provision.manage]: out of a group of a member who is an owner now
reset session authorization; update ringfence.members set role = 'owner' where member_id = '{p1}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{{new2}}') g;

-- try service[provision.manage]: out of a group of a member who is an admin in the other tenant
reset session authorization; update ringfence.members set role = 'admin', provisioned = false where member_id = '{p1}' and tenant_id = '{globex}'; set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{{new2}}') g;

-- try service[provision.manage]: out of a group of a member whom the tenant took on
reset session authorization; update ringfence.members set provisioned = false where member_id = '{p1}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{{new2}}') g;

-- try service[provision.manage]: where the other tenant's users are of other groups and roles
reset session authorization;
insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id) values ('{globex}', '{link2}', '{u1}'), ('{globex}', '{sg1}', '{new2}');
update ringfence.scim_users set role = 'requester', grouped = false where tenant_id = '{globex}';
set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{{new2}}') g;

-- try service[provision.manage]: where the other tenant's groups have other queues
reset session authorization; update ringfence.scim_groups set group_id = case scim_group_id when '{sg1}' then '{first}' else '{second}' end::uuid where tenant_id = '{globex}'; set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'renamed', 'x1', '{{new2}}') g;

-- try service[provision.manage]: where the other tenant's group has another version and name
reset session authorization; update ringfence.scim_groups set version = 7, display_name = 'elsewhere' where tenant_id = '{globex}'; set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', null, '{{u1}}') g;
select g.version from ringfence.provision_group('{sg1}', 7, 'queue', null, '{{u1}}') g;

-- try service[provision.manage]: a group renamed beside another, which the other tenant has in it
reset session authorization; insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id) values ('{globex}', '{sg1}', '{new2}'); set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'renamed', 'x1', '{{u1}}') g;

-- try service[provision.manage]: a group renamed beside another, which has one of its own
reset session authorization; insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id) values ('{acme}', '{link2}', '{new2}'); set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'renamed', 'x1', '{{u1}}') g;

-- try service[provision.manage]: a group renamed whose queue an admin had renamed
reset session authorization; update ringfence.groups set name = 'ours' where group_id = '{queue}' and tenant_id = '{acme}'; set session authorization ringfence_app;
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{{u1}}') g;
select g.version from ringfence.provision_group('{sg1}', 1, 'renamed', 'x1', '{{u1}}') g;

-- try service[provision.manage]: a new group
select g.display_name, g.external_id, g.version from ringfence.provision_group('{new}', null, 'made', 'x2', '{{u1},{new2}}') g;

-- try service[provision.manage]: a new group of nobody
select g.display_name, g.external_id, g.version from ringfence.provision_group('{new}', null, 'made', null, '{}') g;

-- try service[provision.manage]: a group of a user of the other tenant
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{{u2}}') g;

-- try service[provision.manage]: a group ended
select g.* from ringfence.deprovision_group('{sg1}', 1) g;

-- try service[provision.manage]: a group ended at any version
select g.version from ringfence.deprovision_group('{sg1}', null) g;

-- try service[provision.manage]: a group not ended at another version
select g.version from ringfence.deprovision_group('{sg1}', 2) g;

-- try service[provision.manage]: a group ended whose member has another
select g.version from ringfence.provision_group('{link2}', 1, 'other queue', 'x7', '{{u1},{new2}}') g;
select g.version from ringfence.deprovision_group('{sg1}', 1) g;

-- try service[provision.manage]: a group ended with tickets in its queue
reset session authorization; update ringfence.tickets set group_id = '{queue}' where number = 2 and tenant_id = '{acme}'; set session authorization ringfence_app;
select g.version from ringfence.deprovision_group('{sg1}', 1) g;

-- try service[provision.manage]: a group ended with tickets in the other tenant's queue
reset session authorization; update ringfence.tickets set group_id = '{queue}' where number = 2 and tenant_id = '{globex}'; set session authorization ringfence_app;
select g.version from ringfence.deprovision_group('{sg1}', 1) g;

-- try service[provision.manage]: a group ended with one who works there by the tenant's will
reset session authorization; insert into ringfence.group_members (tenant_id, member_id, group_id) values ('{acme}', '{agent}', '{queue}'); set session authorization ringfence_app;
select g.version from ringfence.deprovision_group('{sg1}', 1) g;

-- try service[provision.manage]: a group ended with one who works there in the other tenant
reset session authorization; delete from ringfence.group_members where member_id = '{p1}' and tenant_id = '{acme}'; insert into ringfence.group_members (tenant_id, member_id, group_id) values ('{globex}', '{agent}', '{queue}'); set session authorization ringfence_app;
select g.version from ringfence.deprovision_group('{sg1}', 1) g;

-- try service[provision.manage]: a group ended that has another queue and others in it in the other tenant
reset session authorization;
update ringfence.scim_groups set group_id = '{vacant}', version = 7 where tenant_id = '{globex}' and scim_group_id = '{sg1}';
insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id) values ('{globex}', '{sg1}', '{new2}');
set session authorization ringfence_app;
select g.version from ringfence.deprovision_group('{sg1}', 7) g;
select g.version from ringfence.deprovision_group('{sg1}', 1) g;

-- try owner: by an owner
select g.version from ringfence.deprovision_group('{sg1}', 1) g;

-- try service[member.manage,group.manage]: by who manages members and groups
select g.version from ringfence.provision_group('{sg1}', 1, 'queue', 'x1', '{}') g;
select u.* from ringfence.provision_user('{u1}', 1, 'U1', 'p1', false, 'P1', null, '{}') u;

-- root: a service may provision, and act for others
update ringfence.api_tokens set scopes = '{act_as,provision.manage}' where member_id = '{service}';
update ringfence.members set permissions = '{act_as,provision.manage}' where role = 'service';

-- via[t:token_service]: by its token
select ringfence.provisioning_turn();

-- via[t:token_service,m:agent]: for somebody who may not
select ringfence.provisioning_turn();
