-- A role for hours: who gives it, to whom, and what is left of it.

-- owner query break_glass/grant.sql: to an agent
'{acme}', '{new}', 'https://issuer.example', 'agent', 'not looked at', 'admin', 3, 'because of a fire'

-- owner query break_glass/grant.sql: to the same, for less
'{acme}', '{new2}', 'https://issuer.example', 'agent', null, 'auditor', 1, 'because of a fire'

-- owner query break_glass/grant.sql: to the same, for longer
'{acme}', '{absent}', 'https://issuer.example', 'agent', null, 'auditor', 24, 'because of a fire'

-- owner query break_glass/grant.sql: by an id that is taken
'{acme}', '{new}', 'https://issuer.example', 'admin', null, 'auditor', 1, 'because of a fire'

-- try owner query break_glass/grant.sql: to a requester
'{acme}', '{link}', 'https://issuer.example', 'requester', null, 'agent', 1, 'because of a fire'

-- owner query break_glass/grant.sql: to somebody who is no member
'{acme}', '{link}', 'https://issuer.example', 'new', 'Named', 'agent', 1, 'because of a fire'

-- owner query break_glass/grant.sql: to them again
'{acme}', '{link2}', 'https://issuer.example', 'new', 'Otherwise', 'auditor', 2, 'because of a fire'

-- try owner query break_glass/grant.sql: to a member of the other tenant
'{acme}', '{share}', 'https://issuer.example', 'outsider', null, 'agent', 1, 'because of a fire'

-- try owner query break_glass/grant.sql: to somebody of another issuer by the same name
'{acme}', '{share}', 'https://other.example', 'owner', null, 'agent', 1, 'because of a fire'

-- try owner query break_glass/grant.sql: to somebody with a long name
'{acme}', '{share}', 'https://other.example', repeat('n', 201), null, 'agent', 1, 'because of a fire'

-- owner query break_glass/grant.sql: to an owner
'{acme}', '{share}', 'https://issuer.example', 'owner', null, 'agent', 1, 'because of a fire'

-- owner query break_glass/grant.sql: to a service
'{acme}', '{share}', 'https://issuer.example', 'service', null, 'agent', 1, 'because of a fire'

-- try owner query break_glass/grant.sql: in a tenant that is not entered
'{globex}', '{share}', 'https://issuer.example', 'agent', null, 'agent', 1, 'because of a fire'

-- try owner: to a former member, whose record here is theirs again
reset session authorization;
update ringfence.contacts set identity_id = '{i_outsider}' where tenant_id = '{acme}' and contact_id = '{silent}';
set session authorization ringfence_app;
select member_id, role, granted_by, revoked_at, expires_at from ringfence.grant_break_glass('{share}', 'https://issuer.example', 'outsider', 'x', 'auditor', 1, 'long enough a reason');

-- try owner: of whom the other tenant has another record
reset session authorization;
insert into ringfence.identities (identity_id, issuer, subject) values ('{i_p7}', 'https://issuer.example', 'p7');
update ringfence.contacts set identity_id = '{i_p7}' where tenant_id = '{globex}' and contact_id = '{silent}';
set session authorization ringfence_app;
select role, granted_by from ringfence.grant_break_glass('{share}', 'https://issuer.example', 'p7', 'x', 'auditor', 1, 'long enough a reason');

-- try owner: who is an owner in the other tenant
reset session authorization;
update ringfence.members set role = 'owner' where tenant_id = '{globex}' and member_id = '{requester}';
set session authorization ringfence_app;
select member_id, role, granted_by from ringfence.grant_break_glass('{share}', 'https://issuer.example', 'requester', 'x', 'auditor', 1, 'long enough a reason');

-- admin query break_glass/grant.sql: by an admin
'{acme}', '{share}', 'https://issuer.example', 'requester', null, 'agent', 1, 'because of a fire'

-- service[break_glass.grant] query break_glass/grant.sql: by who has the one right
'{acme}', '{share}', 'https://issuer.example', 'requester', null, 'agent', 1, 'because of a fire'

-- service[admin,break_glass.grant] query break_glass/grant.sql: by who may not make owners
'{acme}', '{share}', 'https://issuer.example', 'requester', null, 'agent', 1, 'because of a fire'

-- service[break_glass.grant,owner.manage] query break_glass/grant.sql: by who may not give roles
'{acme}', '{share}', 'https://issuer.example', 'requester', null, 'agent', 1, 'because of a fire'

-- service[admin,owner.manage] query break_glass/grant.sql: by who may do all but this
'{acme}', '{share}', 'https://issuer.example', 'requester', null, 'agent', 1, 'because of a fire'

-- try service[admin,break_glass.grant,owner.manage] query break_glass/grant.sql: by a service that has an owner's rights
'{acme}', '{share}', 'https://issuer.example', 'requester', null, 'agent', 1, 'because of a fire'

-- via[i:owner,a:admin] query break_glass/grant.sql: for an owner
'{acme}', '{share}', 'https://issuer.example', 'requester', null, 'agent', 1, 'because of a fire'

-- root: an admin is an owner now
update ringfence.members set role = 'owner' where member_id = '{admin}';

-- via[i:owner,a:admin] query break_glass/grant.sql: an owner for an owner
'{acme}', '{share}', 'https://issuer.example', 'requester', null, 'agent', 1, 'because of a fire'

-- nobody: without a context
select * from ringfence.grant_break_glass('{share}', 'https://issuer.example', 'requester', 'x', 'auditor', 1, 'long enough a reason');
