-- A person and their membership: their versions go on together, and from one membership to the next.

-- root: whoever is provisioned, in both tenants
select pg_temp.provisioned();

-- try agent query contacts/change.sql: a requester is called otherwise
'{acme}', '{requester}', 1, '{"name":"x"}'

-- try agent query contacts/change.sql: written to elsewhere
'{acme}', '{requester}', 1, '{"email":"x@example.org"}'

-- try agent query contacts/change.sql: both
'{acme}', '{requester}', 1, '{"name":"x","email":null}'

-- try agent query contacts/change.sql: called the same, of an organization
'{acme}', '{requester}', 1, '{"name":"acme requester","email":"requester@example.org","organization_id":"{org}"}'

-- try agent query contacts/change.sql: at another version
'{acme}', '{requester}', 2, '{"name":"x"}'

-- try agent query contacts/change.sql: who is no member
'{acme}', '{asker}', 1, '{"name":"x"}'

-- try agent query contacts/change.sql: whom an agent may not rename
'{acme}', '{admin}', 1, '{"name":"x"}'

-- try agent query contacts/change.sql: oneself
'{acme}', '{agent}', 1, '{"name":"x"}'

-- try agent: a member nothing about whom has changed
select ringfence.touch_member('{requester}');

-- try agent: another of whom has
reset session authorization; update ringfence.contacts set updated_at = transaction_timestamp() where contact_id = '{asker}'; set session authorization ringfence_app;
select ringfence.touch_member('{requester}');

-- try agent: about whom something has changed in the other tenant
reset session authorization; update ringfence.contacts set updated_at = transaction_timestamp() where contact_id = '{requester}' and tenant_id = '{globex}'; set session authorization ringfence_app;
select ringfence.touch_member('{requester}');

-- try agent: about whom something has changed in both, and about another as well
reset session authorization; update ringfence.contacts set updated_at = transaction_timestamp() where contact_id in ('{requester}', '{agent}'); set session authorization ringfence_app;
select ringfence.touch_member('{requester}');

-- try light_agent: by whoever may change no contact
reset session authorization; update ringfence.contacts set updated_at = transaction_timestamp() where contact_id = '{requester}'; set session authorization ringfence_app;
select ringfence.touch_member('{requester}');

-- try owner query members/remove.sql: an agent is removed
'{acme}', '{agent}', 1

-- try owner query members/remove.sql: an owner, the last
'{acme}', '{owner}', 1

-- try owner query members/remove.sql: whom provisioning made
'{acme}', '{p1}', 1

-- try operator: by the operator
select ringfence.deprovision_member('{acme}', '{p1}', '{r_one}');

-- try operator: where the other tenant's own comes first, and has another version
reset session authorization;
update ringfence.members set version = 7 where member_id = '{p1}' and tenant_id = '{globex}'; update ringfence.members set version = 3 where member_id = '{p1}' and tenant_id = '{acme}';
set session authorization ringfence_operator;
select ringfence.deprovision_member('{acme}', '{p1}', '{r_one}');

-- try operator: the last owner, though the other tenant has one
select ringfence.deprovision_member('{acme}', '{owner}', '{r_one}');

-- try operator: one of two owners
reset session authorization;
update ringfence.members set role = 'owner' where member_id = '{admin}' and tenant_id = '{acme}';
set session authorization ringfence_operator;
select ringfence.deprovision_member('{acme}', '{owner}', '{r_one}'), ringfence.deprovision_member('{acme}', '{admin}', '{r_one}');

-- try operator: an agent, beside whoever is provisioned
select ringfence.deprovision_member('{acme}', '{agent}', '{r_one}');

-- try service[provision.manage]: by the provider, at a later version
reset session authorization;
update ringfence.members set version = 7 where member_id = '{p1}' and tenant_id = '{globex}'; update ringfence.members set version = 3 where member_id = '{p1}' and tenant_id = '{acme}';
set session authorization ringfence_app;
select u.version from ringfence.deprovision_user('{u1}', 1) u;

-- try agent: a user whose member is there
select * from ringfence.deactivate_user('{p1}');

-- try agent: a user whose member is there in the other tenant alone
reset session authorization;
delete from ringfence.api_tokens where member_id = '{p1}' and tenant_id = '{acme}'; update ringfence.tickets set assignee_id = null where assignee_id = '{p1}' and tenant_id = '{acme}';
delete from ringfence.group_members where member_id = '{p1}' and tenant_id = '{acme}'; delete from ringfence.memberships where identity_id = '{i_p1}' and tenant_id = '{acme}';
delete from ringfence.members where member_id = '{p1}' and tenant_id = '{acme}';
set session authorization ringfence_app;
select * from ringfence.deactivate_user('{p1}');

-- try agent: a user whose member is nowhere, and again, beside another
reset session authorization; select pg_temp.gone();
insert into ringfence.contacts (tenant_id, contact_id, name) select t.tenant_id, '{p2}', 'P2' from ringfence.tenants t;
insert into ringfence.scim_users (tenant_id, scim_user_id, contact_id, user_name, external_id, active, issuer, subject, role, attributes)
select t.tenant_id, '{new2}', '{p2}', 'U7', 'p7', true, 'https://issuer.example', 'p7', 'agent', '{}' from ringfence.tenants t;
set session authorization ringfence_app;
select * from ringfence.deactivate_user('{p1}');
select * from ringfence.deactivate_user('{p1}');

-- try agent: a user of whom nobody says whether they are active
reset session authorization; select pg_temp.gone(); update ringfence.scim_users set active = null where scim_user_id = '{u1}'; set session authorization ringfence_app;
select * from ringfence.deactivate_user('{p1}');

-- try root: nobody of another tenant is held
select ringfence.seal('{acme}');
select (ringfence.hold_person('{outsider}')).contact_id, (ringfence.hold_person('{asker}')).name;

-- root: memberships ended, in the two tenants at different versions
update ringfence.contacts set identity_id = '{i_new}', member_version = 7 where contact_id = '{silent}' and tenant_id = '{globex}';
update ringfence.contacts set identity_id = '{i_new}', member_version = 2 where contact_id = '{silent}' and tenant_id = '{acme}';

-- try owner query members/create.sql: one begins again
'{acme}', '{new}', 'https://issuer.example', 'new', null, null, 'agent', null, '[]', '{silent}', null

-- try owner query members/create.sql: one begins for the first time
'{acme}', '{new}', 'https://issuer.example', 'new', 'x', null, 'agent', null, '[]', null, null

-- try operator: by the operator
select ringfence.provision_member('{acme}', 'https://issuer.example', 'new', 'x', null, 'agent', null, '{r_one}');

-- try owner: for hours
select g.role, g.member_id from ringfence.grant_break_glass('{new}', 'https://issuer.example', 'new', 'x', 'auditor', 2, 'a reason that is told') g;

-- try service[provision.manage]: by the provider
select u.contact_id from ringfence.provision_user('{new}', null, 'N', 'new', true, 'New', null, '{}') u;
