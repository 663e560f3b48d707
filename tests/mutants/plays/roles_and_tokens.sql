-- Who makes and ends API tokens, roles of the tenant's own, and roles for hours; and what each kind of access to a group opens.

-- play: who makes whose token, of which rights
insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
values ('<tenant>', '{new}', '<member>', '<role>', 'new', sha256('<secret>'), '<scopes>', '<by>', transaction_timestamp() + interval '<days> days');
-- effects
-- let: tenant={acme} member=<me> role=agent scopes={} by=<me> secret=new days=300
-- agent days=368: !23514 api_tokens_expire
-- agent days=0: !23514 api_tokens_expire
-- agent grouped_agent: #1 / api_tokens a+1
-- owner role=owner: #1 / api_tokens a+1
-- requester role=requester scopes={ticket.read.own}: #1 / api_tokens a+1
-- agent scopes={ticket.read,ticket.read.group,ticket.change.own,token.create}: #1 / api_tokens a+1
-- agent scopes={audit.read}: !42501
-- grouped_agent scopes={ticket.read}: !42501
-- grouped_agent scopes={ticket.read.group}: #1 / api_tokens a+1
-- agent scopes={nobodys.right}: !42501
-- agent scopes={NULL}: !42501
-- agent role=owner: !23503 api_tokens_member_fkey
-- agent tenant={globex}: !42501
-- agent by={owner}: !42501
-- agent member={requester} role=requester by={requester}: !42501
-- agent member={requester} role=requester: !42501
-- agent secret=token_auditor: !23505 api_tokens_hash_key
-- owner admin member={service} role=service scopes={ticket.read}: #1 / api_tokens a+1
-- owner member={service} role=service tenant={globex}: !42501
-- admin member={service} role=service scopes={act_as}: !42501
-- owner member={service} role=service scopes={act_as,provision.manage}: #1 / api_tokens a+1
-- owner member={service} role=service scopes={act_as.own}: !42501
-- owner member={service} role=service by={service}: !42501
-- owner admin member={agent}: !42501
-- owner member={agent} by={agent}: !42501
-- owner member={agent} role=service: !23503 api_tokens_member_fkey
-- agent member={service} role=service: !42501
-- service[token.manage] role=service scopes={token.manage}: #1 / api_tokens a+1
-- service[token.create] role=service scopes={token.create}: #1 / api_tokens a+1
-- service[] service[ticket.read] role=service: !42501
-- service[token.create] role=service scopes={ticket.read}: !42501
-- via[t:token_auditor] member={auditor} role=auditor by={auditor}: !42501
-- via[s:session] member={agent} by={agent} scopes={ticket.read}: #1 / api_tokens a+1
-- via[i:agent,a:owner] member={owner} role=owner by={owner}: !42501
-- via[i:agent,a:owner] member={agent} by={agent}: !42501
-- via[i:agent,a:owner] member={agent} by={owner}: !42501
-- via[i:owner,a:admin] member={service} role=service by={admin}: #1 / api_tokens a+1
-- via[i:owner,a:admin] member={service} role=service by={owner}: !42501
-- nobody member={agent} by={agent}: !42501

-- play: a token with a right to make others makes them within its own scopes
-- before:
update ringfence.api_tokens set scopes = '{token.create,ticket.read}';
-- sql:
insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
values ('{acme}', '{new}', '{auditor}', 'auditor', 'new', sha256('new'), '<scopes>', '{auditor}', transaction_timestamp() + interval '<days> days');
-- let: scopes={ticket.read} days=300
-- via[t:token_auditor]: #1
-- via[t:token_auditor] scopes={audit.read}: !42501
-- via[t:token_auditor] scopes={ticket.read,comment.read}: !42501

-- play: who revokes tokens, blindly, and nobody brings one back
update ringfence.api_tokens set <set>;
-- effects
-- let: set=revoked_at=now()
-- owner admin service[token.manage]: #2 / api_tokens a+2-2
-- auditor service[token.create]: #1 / api_tokens a+1-1
-- via[t:token_auditor]: #1 / api_tokens a+1-1
-- service[]: #0 / unchanged
-- agent requester nobody: #0 / unchanged
-- via[i:auditor,a:owner] via[i:auditor,a:agent]: #0 / unchanged
-- via[i:owner,a:auditor]: #0 / unchanged
-- owner auditor service[token.manage] set=revoked_at=null: !42501
-- owner auditor service[token.manage] set=revoked_at=now()-interval'1h': !42501
-- owner auditor set=scopes='{}': !42501
-- owner set=tenant_id='{globex}': !42501
-- owner set=member_id='{owner}': !42501
-- owner set=expires_at=now(): !42501
-- owner set=token_hash=sha256('x'): !42501
-- owner set=last_used_at=now(): !42501

-- play: by one's token one's others are not revoked
-- before:
insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
values ('{acme}', '{new}', '{auditor}', 'auditor', 'new', sha256('new'), '{ticket.read}', '{auditor}', transaction_timestamp() + interval '1 day');
-- sql:
update ringfence.api_tokens set revoked_at = now();
-- after:
select string_agg(name, ' ' order by name) from ringfence.api_tokens where revoked_at is not null;
-- via[t:token_auditor]: #1 / token_auditor
-- via[t:new]: #1 / new
-- auditor: #2 / new token_auditor

-- play: a token that was revoked is not revoked again
update ringfence.api_tokens set revoked_at = now();
-- before:
update ringfence.api_tokens set revoked_at = '2026-01-01';
-- owner admin auditor service[token.manage]: #0

-- play: who sees which tokens
select string_agg(left(tenant_id::text, 1) || name, ' ' order by name) from (select tenant_id, name, api_token_id, member_id, member_role, scopes, created_by, created_at, expires_at, last_used_at, revoked_at from ringfence.api_tokens) a;
-- owner admin service[token.manage] service[member.manage]: atoken_auditor atoken_service
-- owner@globex: btoken_auditor btoken_service
-- auditor via[t:token_auditor]: atoken_auditor
-- service[]: atoken_service
-- agent requester nobody owner_role: null
-- via[i:auditor,a:agent] via[i:agent,a:auditor]: null
-- via[i:owner,a:admin]: atoken_auditor atoken_service
-- definer: atoken_auditor atoken_service

-- play: tokens are removed by whoever may end their owner's membership
-- before:
update ringfence.members set role = '<role>' where member_id = '{auditor}';
-- sql:
delete from ringfence.api_tokens;
-- effects
-- let: role=auditor
-- owner admin service[admin]: #2 / api_tokens a-2
-- service[member.manage] service[owner.manage]: #0 / unchanged
-- agent auditor requester nobody service[token.manage]: #0 / unchanged
-- owner role=owner: #2 / api_tokens a-2, api_tokens b+1-1, members a+1-1, members b+1-1
-- admin service[admin] role=owner: #1 / api_tokens a+1-2, api_tokens b+1-1, members a+1-1, members b+1-1
-- service[member.manage] service[owner.manage] role=owner: #0 / api_tokens a+1-1, api_tokens b+1-1, members a+1-1, members b+1-1

-- play: nobody becomes a service for as long as it takes to make a token in their name
-- before:
update ringfence.members set role = 'service', permissions = '{}' where member_id = '{requester}';
insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
values ('{acme}', '{new}', '{requester}', 'service', 'new', sha256('new'), '{}', '<by>', transaction_timestamp() + interval '<days> days');
-- sql:
update ringfence.members set role = 'requester', permissions = null where member_id = '{requester}';
-- let: by={admin} days=300
-- owner admin: !23514 api_tokens_of_others_are_services
-- admin by={requester}: #1

-- play: who makes a role, of which rights
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('<tenant>', '<id>', '<name>', '<permissions>');
-- effects
-- let: tenant={acme} id={new} name=new permissions={ticket.read,ticket.read.group}
-- owner admin service[role.manage,ticket.read]: #1 / tenant_roles a+1
-- agent grouped_agent light_agent requester auditor service[ticket.read] service[role.manage] nobody: !42501
-- service[role.manage,ticket.read] permissions={ticket.change}: !42501
-- service[role.manage,ticket.read.group]: !42501
-- owner tenant={globex}: !42501
-- owner name=narrow: !23505 tenant_roles_name_key
-- owner id={narrow_role}: !23505 tenant_roles_pkey
-- admin permissions={owner.manage}: !42501
-- owner permissions={owner.manage}: !23514 tenant_roles_stay_below_owner
-- owner permissions={break_glass.grant}: !42501
-- owner permissions={agreement.manage}: !23514 tenant_roles_stay_below_owner
-- owner permissions={act_as}: !23514 tenant_roles_stay_below_owner
-- owner permissions={provision.manage}: !23514 tenant_roles_stay_below_owner

-- play: who changes roles, blindly
update ringfence.tenant_roles set <set>;
-- effects
-- let: set=version=9
-- owner admin: #2 / tenant_roles a+2-2
-- service[role.manage,ticket.read,comment.read.group,contact.read]: #1 / tenant_roles a+1-1
-- service[role.manage] service[ticket.read,comment.read,contact.read,settings.change,audit.read] agent auditor requester nobody: #0 / unchanged
-- service[role.manage,ticket.read,comment.read.group,contact.read] set=permissions='{ticket.read}': #1 / tenant_roles a+1-1
-- service[role.manage,ticket.read,comment.read.group,contact.read] set=permissions='{audit.read}': !42501
-- owner set=permissions='{act_as}': !23514 tenant_roles_stay_below_owner
-- owner set=name=role_id::text,updated_at=now(): #2 / tenant_roles a+2-2
-- owner set=tenant_id='{globex}': !42501
-- owner set=role_id='{new}': !42501
-- owner set=created_at=now(): !42501

-- play: who removes roles, blindly
-- before:
update ringfence.members set role = 'custom', role_id = '{narrow_role}' where member_id = '{light_agent}' and <used>;
-- sql:
delete from ringfence.tenant_roles;
-- let: used=false
-- owner admin: #2
-- service[role.manage,ticket.read,comment.read.group,contact.read]: #1
-- service[role.manage] service[ticket.read,comment.read,contact.read,settings.change,audit.read] agent auditor requester nobody: #0
-- owner used=true: !23503 members_role_fkey

-- play: who sees which roles, and which roles for hours
select count(*), min(left(tenant_id::text, 1)), max(left(tenant_id::text, 1)) from ringfence.<table>;
-- let: table=tenant_roles
-- owner admin agent grouped_agent light_agent auditor service[member.read] definer: 2|a|a
-- requester service[role.manage] nobody owner_role: 0|null|null
-- owner admin agent grouped_agent light_agent auditor service[member.read] definer table=break_glass_grants: 1|a|a
-- requester service[break_glass.grant] nobody owner_role table=break_glass_grants: 0|null|null

-- play: who revokes a role for hours, blindly, and nobody brings one back
update ringfence.break_glass_grants set <set>;
-- effects
-- let: set=revoked_at=now()
-- owner service[break_glass.grant]: #1 / break_glass_grants a+1-1
-- admin agent light_agent auditor service[member.manage] nobody: #0 / unchanged
-- owner set=revoked_at=null: !42501
-- owner set=expires_at=now(): !42501
-- owner set=role='admin': !42501
-- owner set=tenant_id='{globex}': !42501

-- play: nobody grants or forgets a role for hours by hand, nor lengthens one
<sql>;
-- let: sql=delete/**/from/**/ringfence.break_glass_grants
-- owner admin agent nobody operator: !42501
-- owner admin nobody sql=insert/**/into/**/ringfence.break_glass_grants(tenant_id,grant_id,member_id,role,reason,granted_by,expires_at)values('{acme}','{new}','{agent}','admin','a/**/reason/**/told','{owner}',now()+'1h'): !42501
-- owner admin nobody sql=update/**/ringfence.members/**/set/**/elevated_until='2999-01-01': !42501

-- play: what each kind of access to a group shows
-- before:
update ringfence.group_members set access = '<access>' where tenant_id = '{acme}';
-- sql:
select (select string_agg(number::text, ' ' order by number) from ringfence.tickets), (select count(*) from ringfence.comments), (select count(*) from ringfence.ticket_events);
-- let: access={full}
-- grouped_agent light_agent: 1 4|2|2
-- grouped_agent light_agent access={read}: 1 4|2|2
-- grouped_agent light_agent access={overview}: 1 4|0|2
-- grouped_agent light_agent access={create}: !23514 group_members_access_sees
-- grouped_agent light_agent access={change}: !23514 group_members_access_sees
-- grouped_agent access={overview,create,change}: 1 4|0|2
-- grouped_agent@globex access={overview}: 1 4|2|2

-- play: what each kind of access to a group lets one do
-- before:
update ringfence.group_members set access = '<access>' where tenant_id = '{acme}';
-- sql:
<sql>;
-- let: access={full} sql=insert/**/into/**/ringfence.tickets(tenant_id,ticket_id,number,subject,requester_id,group_id)values('{acme}','{new}',100,'x','{asker}','{first}')
-- grouped_agent: #1
-- grouped_agent access={overview,create}: #1
-- grouped_agent access={read,change,overview}: !42501
-- grouped_agent sql=update/**/ringfence.tickets/**/set/**/priority='high': #1
-- grouped_agent access={overview,change} sql=update/**/ringfence.tickets/**/set/**/priority='high': #1
-- grouped_agent access={read,create,overview} sql=update/**/ringfence.tickets/**/set/**/priority='high': #0
-- grouped_agent sql=insert/**/into/**/ringfence.comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body)values('{acme}','{new}','{ticket1}','{asker}','{first}','{grouped_agent}','public','x'): #1
-- grouped_agent access={overview,change} sql=insert/**/into/**/ringfence.comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body)values('{acme}','{new}','{ticket1}','{asker}','{first}','{grouped_agent}','public','x'): #1
-- grouped_agent access={read,create,overview} sql=insert/**/into/**/ringfence.comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body)values('{acme}','{new}','{ticket1}','{asker}','{first}','{grouped_agent}','public','x'): !42501
-- light_agent access={read} sql=insert/**/into/**/ringfence.comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body)values('{acme}','{new}','{ticket1}','{asker}','{first}','{light_agent}','internal','x'): #1
-- light_agent access={overview,change,create} sql=insert/**/into/**/ringfence.comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body)values('{acme}','{new}','{ticket1}','{asker}','{first}','{light_agent}','internal','x'): !42501
-- grouped_agent access={overview,change} sql=select/**/count(*)/**/from/**/ringfence.transfer_ticket('{ticket1}',1,'{second}',null,'{new}'): 1
-- grouped_agent access={read,create,overview} sql=select/**/count(*)/**/from/**/ringfence.transfer_ticket('{ticket1}',1,'{second}',null,'{new}'): 0

-- play: which list of groups a right goes by
select ringfence.access_of('<permission>');
-- let: permission=ticket.read.group
-- root: 4
-- root permission=ticket.create.group: 2
-- root permission=ticket.change.group: 3
-- root permission=comment.create.group: 3
-- root permission=comment.read.group: 1
-- root permission=comment.note.group: 1

-- play: what one may hand on
select (select string_agg(p, ' ' order by p) from unnest(ringfence.grantable()) p);
-- service[]: null
-- service[a.b]: a.b a.b.group a.b.own
-- service[a.b,owner.manage]: a.b a.b.group a.b.own owner.manage owner.manage.group owner.manage.own
-- service[break_glass.grant,a.b]: a.b a.b.group a.b.own
-- service[comment.create.group]: comment.create.group comment.create.group.group comment.create.group.own
-- nobody: null
-- via[i:agent,a:requester]: token.create token.create.group token.create.own
