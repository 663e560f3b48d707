-- The queries on tokens, invitations, settings and what is provisioned, played with policies and without: each condition matters to somebody.

-- play: one API token
-- before:
update ringfence.api_tokens set name = 'theirs' where tenant_id = '{globex}';
-- query: api_tokens/get.sql
-- show: api_token_id name member_id
-- let: 1={acme} 2={token_service}
-- owner: token_service|service|token_service
-- owner 2={token_auditor}: token_auditor|auditor|token_auditor
-- owner 2={absent}: nothing
-- owner@globex 1={globex}: token_service|service|theirs

-- play: API tokens
-- before:
update ringfence.api_tokens set expires_at = '2026-06-01', created_at = case api_token_id when '{token_service}' then '2026-01-01'::timestamptz else '2026-01-02' end;
-- query: api_tokens/list.sql
-- choose: <choose> created_at:ascending
-- show: api_token_id
-- let: tenant_id={acme} limit=9
-- owner: token_service; token_auditor
-- each: as_oneself oneself={auditor}: token_auditor
-- each: member_id member_id={service}: token_service
-- each: created_at:after key_time=2026-01-01 key_id={token_service}: token_auditor
-- each: created_at:before key_time=2026-01-02 key_id={token_auditor}: token_service

-- play: an API token is revoked, once
-- before:
update ringfence.api_tokens set <set>;
-- query: api_tokens/revoke.sql
-- show: api_token_id
-- effects
-- after:
select string_agg(i.rule, ' ') from ringfence.audit_inbox i where i.action = 'api_token.revoked';
-- let: 1={acme} 2={token_auditor} set=name=name
-- owner: token_auditor / api_tokens a+1-1, audit_inbox a+1 / token.manage
-- auditor: token_auditor / api_tokens a+1-1, audit_inbox a+1 / token.create
-- owner 2={absent}: nothing / unchanged / null
-- owner set=revoked_at=now(): nothing / api_tokens a+2-2, api_tokens b+2-2 / null

-- play: an API token is made for oneself or for a service
-- query: api_tokens/create.sql
-- show: api_token_id member_id scopes created_by
-- effects
-- after:
select string_agg(i.rule, ' ') from ringfence.audit_inbox i where i.action = 'api_token.created';
-- before:
update ringfence.members set permissions = '{ticket.read,contact.change}' where role = 'service';
-- let: 1={acme} 2={new} 3=null 4=made 5=\x0000000000000000000000000000000000000000000000000000000000000000 6={ticket.read} 7=null 8=30
-- owner: new|owner|{ticket.read}|owner / api_tokens a+1, audit_inbox a+1, members a+1-1, members b+1-1 / token.create
-- owner 3={service}: new|service|{ticket.read}|owner / api_tokens a+1, audit_inbox a+1, members a+1-1, members b+1-1 / token.manage
-- owner 3={service} 6={ticket.read.group}: new|service|{ticket.read.group}|owner / api_tokens a+1, audit_inbox a+1, members a+1-1, members b+1-1 / token.manage
-- owner 3={service} 6={comment.read}: nothing / members a+1-1, members b+1-1 / null
-- owner 3={absent}: nothing / members a+1-1, members b+1-1 / null

-- play: an invitation is made with its audit row
-- query: invitations/create.sql
-- show: invitation_id email name role invited_by version accepted_at revoked_at
-- effects
-- after:
select concat_ws(' ', i.action, i.decision, i.rule, i.object_type, i.object_id, i.object_version, i.details), (select v.expires_at - v.created_at from ringfence.invitations v where v.tenant_id = '{acme}' and v.invitation_id = '{new}') from ringfence.audit_inbox i where i.action = 'invitation.created';
-- let: 1={acme} 2={new} 3=\x0000000000000000000000000000000000000000000000000000000000000000 4=x@example.org 5=x 6=agent 7=7
-- owner: new|x@example.org|x|agent|owner|1|null|null / audit_inbox a+1, invitations a+1 / invitation.created allow member.manage invitation new 1 {"role": "agent"}|7 days
-- owner 7=30: new|x@example.org|x|agent|owner|1|null|null / audit_inbox a+1, invitations a+1 / invitation.created allow member.manage invitation new 1 {"role": "agent"}|30 days

-- play: one invitation
-- before:
insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at, created_at) select t.tenant_id, i.id::uuid, sha256(i.id::bytea), 'x@example.org', t.slug || ' ' || i.id, 'agent', '{owner}', '2026-01-09', i.made::timestamptz from ringfence.tenants t, (values ('{new}', '2026-01-01'), ('{new2}', '2026-01-02')) i (id, made);
-- query: invitations/get.sql
-- show: invitation_id name
-- let: 1={acme} 2={new}
-- owner: new|acme new
-- owner 2={absent}: nothing
-- owner@globex 1={globex}: new|globex new

-- play: invitations
-- before:
insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at, created_at) select t.tenant_id, i.id::uuid, sha256(i.id::bytea), 'x@example.org', t.slug || ' ' || i.id, 'agent', '{owner}', '2026-01-09', i.made::timestamptz from ringfence.tenants t, (values ('{new}', '2026-01-01'), ('{new2}', '2026-01-02')) i (id, made);
-- query: invitations/list.sql
-- choose: <choose> created_at:ascending
-- show: name
-- let: tenant_id={acme} limit=9
-- owner: acme new; acme new2
-- each: created_at:after key_time=2026-01-01 key_id={new}: acme new2
-- each: created_at:before key_time=2026-01-02 key_id={new2}: acme new

-- play: an invitation is revoked if nobody has accepted it
-- before:
insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at, created_at) select t.tenant_id, i.id::uuid, sha256(i.id::bytea), 'x@example.org', t.slug || ' ' || i.id, 'agent', '{owner}', '2026-01-09', i.made::timestamptz from ringfence.tenants t, (values ('{new}', '2026-01-01'), ('{new2}', '2026-01-02')) i (id, made);
update ringfence.invitations set <set>;
-- query: invitations/revoke.sql
-- show: invitation_id
-- effects
-- let: 1={acme} 2={new} 3=1 set=name=name
-- owner: new / audit_inbox a+1, invitations a+2, invitations b+2
-- owner 3=null: new / audit_inbox a+1, invitations a+2, invitations b+2
-- owner 3=2: nothing / invitations a+2, invitations b+2
-- owner 2={absent}: nothing / invitations a+2, invitations b+2
-- owner set=accepted_at=now(),accepted_by='{owner}': nothing / invitations a+2, invitations b+2
-- owner set=revoked_at=now(): nothing / invitations a+2, invitations b+2

-- play: whose users are provisioned
-- before:
insert into ringfence.provisioning_settings (tenant_id, issuer, default_role, role_map) select t.tenant_id, 'https://issuer.example', case t.slug when 'acme' then 'requester' else 'agent' end, '{}' from ringfence.tenants t;
-- query: provisioning_settings/get.sql
-- show: default_role
-- let: 1={acme}
-- owner: requester
-- owner@globex 1={globex}: agent

-- play: it is set for the first time, or where the version stands
-- before:
insert into ringfence.provisioning_settings (tenant_id, issuer, default_role, role_map) select t.tenant_id, 'https://issuer.example', 'agent', '{}' from ringfence.tenants t where t.slug in (<those>);
-- query: provisioning_settings/put.sql
-- show: default_role version
-- effects
-- let: 1={acme} 2=https://issuer.example 3=requester 4={} 5=null those='globex'
-- owner: requester|1 / audit_inbox a+1, provisioning_settings a+1, provisioning_settings b+1
-- owner 5=1: nothing / provisioning_settings b+1
-- owner 5=1 those='acme','globex': requester|2 / audit_inbox a+1, provisioning_settings a+1, provisioning_settings b+1
-- owner 5=2 those='acme','globex': nothing / provisioning_settings a+1, provisioning_settings b+1
-- owner those='acme','globex': nothing / provisioning_settings a+1, provisioning_settings b+1

-- play: which issuers a tenant takes is for who reads settings
-- before:
update ringfence.tenants set required_issuers = array['https://issuer.example', slug];
-- query: sign_in_settings/get.sql
-- show: required_issuers
-- let: 1={acme}
-- owner auditor: {https://issuer.example,acme}
-- agent: nothing
-- owner@globex 1={globex}: {https://issuer.example,globex}

-- play: a provisioned user, with their groups
-- before:
select pg_temp.provisioned_more();
-- query: scim/get_user.sql
-- show: scim_user_id user_name groups
-- let: 1={acme} 2={u1}
-- service[provision.manage]: u1|U1|[{"value": "sg1", "display": "queue"}]
-- service[provision.manage] 2={u2}: u2|U2|[{"value": "new", "display": "empty"}]
-- service[provision.manage] 2={absent}: nothing

-- play: provisioned users
-- before:
select pg_temp.provisioned_more();
-- query: scim/list_users.sql
-- show: user_name groups total
-- let: tenant_id={acme} limit=9 skipped=0
-- service[provision.manage]: U2|[{"value": "new", "display": "empty"}]|2; U1|[{"value": "sg1", "display": "queue"}]|2

-- play: provisioned users, by scim_user_id
-- before:
select pg_temp.provisioned_more();
-- query: scim/list_users.sql
-- choose: scim_user_id
-- show: user_name groups total
-- let: tenant_id={acme} limit=9 skipped=0 scim_user_id={u1}
-- service[provision.manage]: U1|[{"value": "sg1", "display": "queue"}]|1

-- play: provisioned users, by user_name
-- before:
select pg_temp.provisioned_more();
-- query: scim/list_users.sql
-- choose: user_name
-- show: user_name groups total
-- let: tenant_id={acme} limit=9 skipped=0 user_name=u2
-- service[provision.manage]: U2|[{"value": "new", "display": "empty"}]|1

-- play: provisioned users, by external_key
-- before:
select pg_temp.provisioned_more();
-- query: scim/list_users.sql
-- choose: external_key
-- show: user_name groups total
-- let: tenant_id={acme} limit=9 skipped=0 external_key=p1
-- service[provision.manage]: U1|[{"value": "sg1", "display": "queue"}]|1

-- play: a provisioned group, with its users
-- before:
select pg_temp.provisioned_more();
-- query: scim/get_group.sql
-- show: display_name users
-- let: 1={acme} 2={sg1}
-- service[provision.manage]: queue|{u1}
-- service[provision.manage] 2={new}: empty|{u2}
-- service[provision.manage] 2={absent}: nothing

-- play: provisioned groups
-- before:
select pg_temp.provisioned_more();
-- query: scim/list_groups.sql
-- show: display_name users total
-- let: tenant_id={acme} limit=9 skipped=0
-- service[provision.manage]: empty|{u2}|2; queue|{u1}|2

-- play: provisioned groups, by scim_group_id
-- before:
select pg_temp.provisioned_more();
-- query: scim/list_groups.sql
-- choose: scim_group_id
-- show: display_name users total
-- let: tenant_id={acme} limit=9 skipped=0 scim_group_id={sg1}
-- service[provision.manage]: queue|{u1}|1

-- play: provisioned groups, by display_name
-- before:
select pg_temp.provisioned_more();
-- query: scim/list_groups.sql
-- choose: display_name
-- show: display_name users total
-- let: tenant_id={acme} limit=9 skipped=0 display_name=empty
-- service[provision.manage]: empty|{u2}|1
-- service[provision.manage] display_name=EMPTY: nothing

-- play: provisioned groups, by external_key
-- before:
select pg_temp.provisioned_more();
-- query: scim/list_groups.sql
-- choose: external_key
-- show: display_name users total
-- let: tenant_id={acme} limit=9 skipped=0 external_key=x1
-- service[provision.manage]: queue|{u1}|1

-- play: a user is made or changed through the provider
-- before:
select pg_temp.provisioned_more();
-- query: scim/put_user.sql
-- show: user_name groups
-- after:
select string_agg(i.action, ' ' order by i.action) from ringfence.audit_inbox i where i.action like 'provisioning.%';
-- let: 1={acme} 2={u1} 3=1 4=U1 5=p1 6=true 7=P1 8=p1@example.org 9={"roles":[{"value":"Support"}]}
-- service[provision.manage]: U1|[{"value": "sg1", "display": "queue"}] / provisioning.user_updated
-- service[provision.manage] 2={absent} 3=null 4=U9 5=x9 7=P9 8=null: U9|[] / provisioning.user_created
-- service[provision.manage] 1={globex}: nothing / null

-- play: a group is made or changed through the provider
-- before:
select pg_temp.provisioned_more();
-- query: scim/put_group.sql
-- show: display_name users
-- after:
select string_agg(i.action, ' ' order by i.action) from ringfence.audit_inbox i where i.action like 'provisioning.%';
-- let: 1={acme} 2={sg1} 3=1 4=queue 5=x1 6={{u1}}
-- service[provision.manage]: queue|{u1} / provisioning.group_updated
-- service[provision.manage] 2={absent} 3=null 4=made 5=x9: made|{u1} / provisioning.group_created
-- service[provision.manage] 1={globex}: nothing / null

-- play: a user is ended through the provider
-- before:
select pg_temp.provisioned_more();
-- query: scim/remove_user.sql
-- show: scim_user_id
-- let: 1={acme} 2={u1} 3=1
-- service[provision.manage]: u1
-- service[provision.manage] 1={globex}: nothing

-- play: a group is ended through the provider
-- before:
select pg_temp.provisioned_more();
-- query: scim/remove_group.sql
-- show: scim_group_id
-- after:
select string_agg(concat_ws(' ', i.action, i.decision, i.rule, i.object_type, i.object_id, i.object_version, i.details ->> 'group_id', left(i.tenant_id::text, 1)), ', ') from ringfence.audit_inbox i where i.action like 'provisioning.%';
-- let: 1={acme} 2={sg1} 3=1
-- service[provision.manage]: sg1 / provisioning.group_deleted allow provision.manage scim_group sg1 1 queue a
-- service[provision.manage] 1={globex}: nothing / null
