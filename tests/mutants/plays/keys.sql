-- Keys hold for everybody, the superuser too; each is tried where it stands.

-- play: what may not be twice
insert into ringfence.<table> select (jsonb_populate_record(x, '<change>')).* from ringfence.<table> x where <where> limit 1;
-- let: table=tenants where=true change={}
-- root table=tenants change={"slug":"other-one"}: !23505 tenants_pkey
-- root table=tenants change={"tenant_id":"{new}"}: !23P01 tenants_slug_key
-- root table=identities change={"subject":"x"}: !23505 identities_pkey
-- root table=identities change={"identity_id":"{absent}"}: !23505 identities_issuer_subject_key
-- root table=keys where=purpose='token' change={}: !23505 keys_pkey
-- root table=keys where=purpose='seal' change={"kid":9}: !23505 keys_one_live_seal_key
-- root table=keys where=purpose='token' change={"kid":9}: #1
-- root table=reporting_logins change={}: !23505 reporting_logins_pkey
-- root table=memberships change={}: !23505 memberships_pkey
-- root table=audit_events change={}: !23505 audit_events_pkey
-- root table=audit_events change={"position":77}: #1
-- root table=audit_heads change={}: !23505 audit_heads_pkey
-- root table=audit_inbox change={}: !23505 audit_inbox_pkey
-- root table=installation_events change={}: !23505 installation_events_pkey
-- root table=ticket_counters change={}: !23505 ticket_counters_pkey
-- root table=idempotency_keys change={}: !23505 idempotency_keys_pkey
-- root table=idempotency_keys change={"member_id":"{silent}"}: #1
-- root table=tags change={}: !23505 tags_pkey
-- root table=group_members change={}: !23505 group_members_pkey
-- root table=groups change={"name":"x"}: !23505 groups_pkey
-- root table=groups change={"group_id":"{new}"}: !23505 groups_name_key
-- root table=organizations change={"name":"x","external_id":"x"}: !23505 organizations_pkey
-- root table=organizations change={"organization_id":"{new}","external_id":"x"}: !23505 organizations_name_key
-- root table=organizations where=external_id='o-1' change={"organization_id":"{new}","name":"x"}: !23505 organizations_external_key
-- root table=members change={"identity_id":"{i_new}"}: !23505 members_pkey
-- root table=members change={"member_id":"{asker}"}: !23505 members_identity_key
-- root table=sessions change={}: !23505 sessions_pkey
-- root table=sessions change={"session_id":"{new}"}: !23505 sessions_hash_key
-- root table=api_tokens change={}: !23505 api_tokens_pkey
-- root table=api_tokens change={"api_token_id":"{new}"}: !23505 api_tokens_hash_key
-- root table=tenant_roles change={}: !23505 tenant_roles_pkey
-- root table=tenant_roles change={"role_id":"{new}"}: !23505 tenant_roles_name_key
-- root table=break_glass_grants change={}: !23505 break_glass_grants_pkey

-- play: what may not be twice, among columns that are computed
insert into ringfence.<into>;
-- let: into=x
-- root into=contacts(tenant_id,contact_id,name)values('{acme}','{asker}','x'): !23505 contacts_pkey
-- root into=contacts(tenant_id,contact_id,name,email)values('{acme}','{new}','x','ASKER@EXAMPLE.ORG'): !23505 contacts_email_key
-- root into=contacts(tenant_id,contact_id,name,external_source,external_id)values('{acme}','{new}','x','crm','c-1'): !23505 contacts_external_key
-- root into=contacts(tenant_id,contact_id,name,identity_id)values('{acme}','{new}','x','{i_new}'),('{acme}','{new2}','y','{i_new}'): !23505 contacts_identity_key
-- root into=contacts(tenant_id,contact_id,name,external_source,external_id)values('{acme}','{new}','x','crm','c-9'): #1
-- root into=tickets(tenant_id,ticket_id,number,subject,requester_id)values('{acme}','{ticket1}',99,'x','{asker}'): !23505 tickets_pkey
-- root into=tickets(tenant_id,ticket_id,number,subject,requester_id)values('{acme}','{new}',1,'x','{asker}'): !23505 tickets_number_key
-- root into=tickets(tenant_id,ticket_id,number,subject,requester_id,external_source,external_id)values('{acme}','{new}',99,'x','{asker}','demo','t-1'): !23505 tickets_external_key
-- root into=comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body)values('{acme}','{c1p}','{ticket1}','{asker}','{first}','{agent}','public','x'): !23505 comments_pkey
-- root into=comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body,external_id)values('{acme}','{new}','{ticket1}','{asker}','{first}','{agent}','public','x','m-1'): !23505 comments_external_key
-- root into=comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body,external_id)values('{acme}','{new}','{ticket2}','{asker}','{second}','{agent}','public','x','m-1'): #1
-- root into=ticket_events(tenant_id,ticket_event_id,ticket_id,requester_id,group_key,actor_id,kind,visibility,version)select/**/tenant_id,ticket_event_id,ticket_id,requester_id,group_key,actor_id,kind,visibility,version/**/from/**/ringfence.ticket_events/**/limit/**/1: !23505 ticket_events_pkey

-- play: the key that doors stand on is unique in the catalogue too
select count(*) from pg_constraint where conname = 'tickets_doors_key';
-- root: 1

-- play: what must be there to be pointed at
insert into ringfence.<into>;
-- let: into=x
-- root into=organizations(tenant_id,organization_id,name)values('{absent}','{new}','x'): !23503 organizations_tenant_fkey
-- root into=contacts(tenant_id,contact_id,name)values('{absent}','{new}','x'): !23503 contacts_tenant_fkey
-- root into=contacts(tenant_id,contact_id,name,organization_id)values('{acme}','{new}','x','{foreign_org}'): !23503 contacts_organization_fkey
-- root into=members(tenant_id,member_id,identity_id,role)values('{absent}','{agent}','{i_new}','agent'): !23503 members_tenant_fkey
-- root into=members(tenant_id,member_id,identity_id,role)values('{acme}','{outsider}','{i_new}','agent'): !23503 members_contact_fkey
-- root into=memberships(identity_id,tenant_id)values('{i_outsider}','{acme}'): !23503 memberships_member_fkey
-- root into=memberships(identity_id,tenant_id)select/**/identity_id,'{acme}'/**/from/**/ringfence.identities/**/where/**/subject='new': !23503 memberships_member_fkey
-- root into=groups(tenant_id,group_id,name)values('{absent}','{new}','x'): !23503 groups_tenant_fkey
-- root into=group_members(tenant_id,member_id,group_id)values('{acme}','{outsider}','{first}'): !23503 group_members_member_fkey
-- root into=group_members(tenant_id,member_id,group_id)values('{acme}','{agent}','{foreign_group}'): !23503 group_members_group_fkey
-- root into=ticket_counters(tenant_id)values('{absent}'): !23503 ticket_counters_tenant_fkey
-- root into=tickets(tenant_id,ticket_id,number,subject,requester_id)values('{absent}','{new}',99,'x','{asker}'): !23503 tickets_tenant_fkey
-- root into=tickets(tenant_id,ticket_id,number,subject,requester_id)values('{acme}','{new}',99,'x','{outsider}'): !23503 tickets_requester_fkey
-- root into=tickets(tenant_id,ticket_id,number,subject,requester_id,assignee_id)values('{acme}','{new}',99,'x','{asker}','{outsider}'): !23503 tickets_assignee_fkey
-- root into=tickets(tenant_id,ticket_id,number,subject,requester_id,group_id)values('{acme}','{new}',99,'x','{asker}','{foreign_group}'): !23503 tickets_group_fkey
-- root into=tickets(tenant_id,ticket_id,number,subject,requester_id,organization_id)values('{acme}','{new}',99,'x','{asker}','{foreign_org}'): !23503 tickets_organization_fkey
-- root into=comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body)values('{acme}','{new}','{ticket1}','{asker}','{second}','{agent}','public','x'): !23503 comments_ticket_fkey
-- root into=comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body)values('{acme}','{new}','{ticket1}','{requester}','{first}','{agent}','public','x'): !23503 comments_ticket_fkey
-- root into=comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body)values('{acme}','{new}','{ticket1}','{asker}','{first}','{outsider}','public','x'): !23503 comments_author_fkey
-- root into=ticket_events(tenant_id,ticket_event_id,ticket_id,requester_id,group_key,actor_id,kind,visibility,version)values('{acme}','{new}','{ticket1}','{asker}','{second}','{agent}','ticket.created','public',1): !23503 ticket_events_ticket_fkey
-- root into=ticket_events(tenant_id,ticket_event_id,ticket_id,requester_id,group_key,actor_id,kind,visibility,version)values('{acme}','{new}','{ticket1}','{asker}','{first}','{outsider}','ticket.created','public',1): !23503 ticket_events_actor_fkey
-- root into=tags(tenant_id,tag)values('{absent}','x'): !23503 tags_tenant_fkey
-- root into=audit_events(tenant_id,position,event_id,xid,recorded_at,request_id,action,decision,actor_kind,details)values('{absent}',1,'{new}','9',now(),'{new}','x','allow','user','{}'): !23503 audit_events_tenant_fkey
-- root into=audit_heads(tenant_id,length)values('{absent}',0): !23503 audit_heads_tenant_fkey
-- root into=idempotency_keys(tenant_id,member_id,subject_id,rights,route,key,body_hash,status,headers,body)values('{absent}','{owner}','{owner}',sha256('r'),'x','y',sha256('z'),1,'{}','x'): !23503 idempotency_keys_tenant_fkey
-- root into=reporting_logins(login,tenant_id)values('x','{absent}'): !23503 reporting_logins_tenant_fkey
-- root into=sessions(session_id,session_hash,identity_id,authenticated_at,idle_expires_at,expires_at)values('{new}',sha256('x'),'{absent}',now(),now(),now()): !23503 sessions_identity_fkey
-- root into=api_tokens(tenant_id,api_token_id,member_id,member_role,name,token_hash,scopes,created_by,expires_at)values('{absent}','{new}','{agent}','agent','x',sha256('x'),'{}','{agent}',now()+'1h'): !23503 api_tokens_tenant_fkey
-- root into=api_tokens(tenant_id,api_token_id,member_id,member_role,name,token_hash,scopes,created_by,expires_at)values('{acme}','{new}','{asker}','agent','x',sha256('x'),'{}','{asker}',now()+'1h'): !23503 api_tokens_member_fkey
-- root into=api_tokens(tenant_id,api_token_id,member_id,member_role,name,token_hash,scopes,created_by,expires_at)values('{acme}','{new}','{agent}','service','x',sha256('x'),'{}','{owner}',now()+'1h'): !23503 api_tokens_member_fkey
-- root into=api_tokens(tenant_id,api_token_id,member_id,member_role,name,token_hash,scopes,created_by,expires_at)values('{acme}','{new}','{service}','service','x',sha256('x'),'{}','{outsider}',now()+'1h'): !23503 api_tokens_created_by_fkey
-- root into=tenant_roles(tenant_id,role_id,name,permissions)values('{absent}','{new}','x','{}'): !23503 tenant_roles_tenant_fkey
-- root into=break_glass_grants(tenant_id,grant_id,member_id,role,reason,granted_by,expires_at)values('{absent}','{new}','{agent}','admin','a_reason_told','{owner}',now()+'1h'): !23503 break_glass_grants_tenant_fkey
-- root into=break_glass_grants(tenant_id,grant_id,member_id,role,reason,granted_by,expires_at)values('{acme}','{new}','{outsider}','admin','a_reason_told','{owner}',now()+'1h'): !23503 break_glass_grants_member_fkey
-- root into=break_glass_grants(tenant_id,grant_id,member_id,role,reason,granted_by,expires_at)values('{acme}','{new}','{agent}','admin','a_reason_told','{outsider}',now()+'1h'): !23503 break_glass_grants_granted_by_fkey
-- root into=members(tenant_id,member_id,identity_id,role,role_id)values('{acme}','{asker}','{i_new}','custom','{absent}'): !23503 members_role_fkey

-- play: an identity that nobody is stays out, even of a member's row
-- before:
insert into ringfence.members (tenant_id, member_id, identity_id, role) values ('{acme}', '{silent}', '{absent}', 'agent');
-- sql:
insert into ringfence.memberships (identity_id, tenant_id) values ('{absent}', '{acme}');
-- root: !23503 memberships_identity_fkey

-- play: what is pointed at is not deleted, and takes nothing along
-- before:
set local session_replication_role = replica; <before>; set local session_replication_role = origin;
-- sql:
delete from ringfence.<table> where <where>;
-- let: before=select table=tenants where=tenant_id='{acme}'
-- root table=organizations where=organization_id='{org}': !23503 contacts_organization_fkey
-- root table=identities where=subject='agent' before=delete/**/from/**/ringfence.memberships: !23503 sessions_identity_fkey
-- root table=members where=member_id='{service}' before=delete/**/from/**/ringfence.memberships: !23503 api_tokens_member_fkey
-- root table=contacts where=contact_id='{owner}' before=delete/**/from/**/ringfence.members: !23503 api_tokens_created_by_fkey
-- root table=contacts where=contact_id='{owner}' before=delete/**/from/**/ringfence.members;delete/**/from/**/ringfence.api_tokens: !23503 break_glass_grants_granted_by_fkey
-- root table=contacts where=contact_id='{light_agent}' before=delete/**/from/**/ringfence.members;delete/**/from/**/ringfence.group_members: !23503 break_glass_grants_member_fkey
-- root table=tenant_roles where=role_id='{narrow_role}' before=update/**/ringfence.members/**/set/**/role='custom',role_id='{narrow_role}'/**/where/**/role='agent': !23503 members_role_fkey
-- root table=contacts where=contact_id='{agent}': !23503 comments_author_fkey
-- root table=contacts where=contact_id='{asker}': !23503 tickets_requester_fkey
-- root table=members where=member_id='{agent}': !23503 memberships_member_fkey
-- root table=identities where=subject='agent': !23503 memberships_identity_fkey
-- root table=groups where=group_id='{first}': !23503 group_members_group_fkey
-- root table=groups where=group_id='{second}': !23503 tickets_group_fkey
-- root table=tickets where=ticket_id='{ticket1}': !23503 comments_ticket_fkey
-- root table=tickets where=ticket_id='{ticket1}' before=delete/**/from/**/ringfence.comments: !23503 ticket_events_ticket_fkey
-- root table=members where=member_id='{light_agent}' before=delete/**/from/**/ringfence.memberships: !23503 group_members_member_fkey
-- root table=members where=member_id='{agent}' before=delete/**/from/**/ringfence.memberships: !23503 tickets_assignee_fkey
-- root table=organizations where=organization_id='{org}' before=update/**/ringfence.contacts/**/set/**/organization_id=null: !23503 tickets_organization_fkey
-- root table=contacts where=contact_id='{outsider}' before=delete/**/from/**/ringfence.members;delete/**/from/**/ringfence.tickets: !23503 comments_author_fkey
-- root table=contacts where=contact_id='{outsider}' before=delete/**/from/**/ringfence.members;delete/**/from/**/ringfence.tickets;delete/**/from/**/ringfence.comments: !23503 ticket_events_actor_fkey

-- play: a tenant with anything in it is not deleted
-- before:
insert into ringfence.tenants (tenant_id, slug, name) values ('{new}', 'initech', 'x');
insert into ringfence.<into>;
-- sql:
delete from ringfence.tenants where tenant_id = '{new}';
-- let: into=x
-- root into=organizations(tenant_id,organization_id,name)values('{new}','{new}','x'): !23503 organizations_tenant_fkey
-- root into=contacts(tenant_id,contact_id,name)values('{new}','{new}','x'): !23503 contacts_tenant_fkey
-- root into=contacts(tenant_id,contact_id,name)values('{new}','{new}','x');set/**/local/**/session_replication_role=replica;insert/**/into/**/ringfence.members(tenant_id,member_id,identity_id,role)values('{new}','{new}','{i_new}','agent');delete/**/from/**/ringfence.contacts/**/where/**/tenant_id='{new}';set/**/local/**/session_replication_role=origin: !23503 members_tenant_fkey
-- root into=groups(tenant_id,group_id,name)values('{new}','{new}','x'): !23503 groups_tenant_fkey
-- root into=ticket_counters(tenant_id)values('{new}'): !23503 ticket_counters_tenant_fkey
-- root into=tags(tenant_id,tag)values('{new}','x'): !23503 tags_tenant_fkey
-- root into=audit_events(tenant_id,position,event_id,xid,recorded_at,request_id,action,decision,actor_kind,details)values('{new}',1,'{new}','9',now(),'{new}','x','allow','user','{}'): !23503 audit_events_tenant_fkey
-- root into=audit_heads(tenant_id,length)values('{new}',0): !23503 audit_heads_tenant_fkey
-- root into=idempotency_keys(tenant_id,member_id,subject_id,rights,route,key,body_hash,status,headers,body)values('{new}','{owner}','{owner}',sha256('r'),'x','y',sha256('z'),1,'{}','x'): !23503 idempotency_keys_tenant_fkey
-- root into=reporting_logins(login,tenant_id)values('x','{new}'): !23503 reporting_logins_tenant_fkey
-- root into=tenant_roles(tenant_id,role_id,name,permissions)values('{new}','{new}','x','{}'): !23503 tenant_roles_tenant_fkey
-- root into=contacts(tenant_id,contact_id,name)values('{new}','{new}','x');set/**/local/**/session_replication_role=replica;insert/**/into/**/ringfence.api_tokens(tenant_id,api_token_id,member_id,member_role,name,token_hash,scopes,created_by,expires_at)values('{new}','{new}','{new}','agent','x',sha256('x'),'{}','{new}',now()+'1h');delete/**/from/**/ringfence.contacts/**/where/**/tenant_id='{new}';set/**/local/**/session_replication_role=origin: !23503 api_tokens_tenant_fkey
-- root into=contacts(tenant_id,contact_id,name)values('{new}','{new}','x');set/**/local/**/session_replication_role=replica;insert/**/into/**/ringfence.break_glass_grants(tenant_id,grant_id,member_id,role,reason,granted_by,expires_at)values('{new}','{new}','{new}','admin','a_reason_told','{new}',now()+'1h');delete/**/from/**/ringfence.contacts/**/where/**/tenant_id='{new}';set/**/local/**/session_replication_role=origin: !23503 break_glass_grants_tenant_fkey
-- root into=contacts(tenant_id,contact_id,name)values('{new}','{new}','x');insert/**/into/**/ringfence.tickets(tenant_id,ticket_id,number,subject,requester_id)values('{new}','{new}',1,'x','{new}');set/**/local/**/session_replication_role=replica;delete/**/from/**/ringfence.contacts/**/where/**/tenant_id='{new}';set/**/local/**/session_replication_role=origin: !23503 tickets_tenant_fkey

-- play: what was agreed, sent over, invited and provisioned points at what is there, and at none of it twice
-- before:
select pg_temp.provisioned_more();
select pg_temp.agreed();
insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at) select t.tenant_id, i::uuid, sha256(convert_to(i, 'UTF8')), 'x@example.org', 'x', 'agent', '{owner}', now() + interval '1 day' from ringfence.tenants t, unnest(array['{new}', '{new2}']) i;
-- sql:
update ringfence.<table> set <set> where tenant_id = '{acme}' and <where>;
-- let: table=agreements where=agreement_id='{agreement}' set=version=1
-- root: #1
-- root set=consented_by='{outsider}': !23503 agreements_consented_by_fkey
-- root set=contact_id='{outsider}': !23503 agreements_contact_fkey
-- root set=revoked_by='{outsider}',revoked_at=now(): !23503 agreements_revoked_by_fkey
-- root table=ticket_links where=link_id='{link2}' set=agreement_id='{absent}': !23503 ticket_links_agreement_fkey
-- root table=ticket_links where=link_id='{link2}' set=created_by='{outsider}': !23503 ticket_links_created_by_fkey
-- root table=comment_shares where=share_id='{share}' set=comment_id='{foreign_comment}': !23503 comment_shares_comment_fkey
-- root table=comment_shares where=share_id='{share}' set=created_by='{outsider}': !23503 comment_shares_created_by_fkey
-- root table=comment_shares where=share_id='{share}' set=link_id='{absent}': !23503 comment_shares_link_fkey
-- root table=comment_shares where=share_id='{share}'/**/and/**/exists(select/**/from/**/ringfence.ticket_links) set=link_id='{absent}': !23503 comment_shares_link_fkey
-- root table=tickets where=ticket_id='{ticket1}'/**/and/**/exists(select/**/from/**/ringfence.ticket_links) set=group_id='{second}': #1
-- root table=tickets where=ticket_id='{ticket1}'/**/and/**/exists(select/**/from/**/ringfence.comment_shares) set=group_id='{second}': #1
-- root table=contacts where=contact_id='{agent}' set=is_partner=true: !23503 members_contact_fkey
-- root table=invitations where=invitation_id='{new}' set=accepted_by='{outsider}',accepted_at=now(): !23503 invitations_accepted_by_fkey
-- root table=invitations where=invitation_id='{new}' set=invited_by='{outsider}': !23503 invitations_invited_by_fkey
-- root table=invitations where=true set=secret_hash=sha256('x'): !23505 invitations_secret_key
-- root table=scim_group_members where=scim_group_id='{new}' set=scim_group_id='{absent}': !23503 scim_group_members_group_fkey
-- root table=scim_groups where=scim_group_id='{new}' set=group_id='{foreign_group}': !23503 scim_groups_group_fkey
-- root table=scim_groups where=true set=group_id='{queue}': !23505 scim_groups_group_key
-- root table=scim_groups where=true set=external_id='x': !23505 scim_groups_external_key
-- root table=scim_users where=scim_user_id='{u2}' set=contact_id='{foreign_org}': !23503 scim_users_contact_fkey
-- root table=scim_users where=true set=user_name='Same': !23505 scim_users_user_name_key
-- root table=scim_users where=true set=external_id='same': !23505 scim_users_external_key

-- play: what was agreed, invited and provisioned is some tenant's
insert into ringfence.<into>;
-- let: into=x
-- root into=agreements(tenant_id,agreement_id,partner_slug,direction,actions,fields,expires_at,consented_at)values('{absent}','{new}','globex','both','{ticket.escalate}','{subject}','2099-01-01',null): !23503 agreements_tenant_fkey
-- root into=crossing_queue(tenant_id,intent_id,agreement_id,kind)values('{absent}','{new}','{new}','agreement'): !23503 crossing_queue_tenant_fkey
-- root into=provisioning_settings(tenant_id,issuer,default_role,role_map)values('{absent}','https://issuer.example','agent','{}'): !23503 provisioning_settings_tenant_fkey
-- root into=invitations(tenant_id,invitation_id,secret_hash,email,name,role,invited_by,expires_at)values('{absent}','{new}',sha256('x'),'x@example.org','x','agent','{owner}',now()+'1h'): !23503 invitations_tenant_fkey
-- root into=scim_users(tenant_id,scim_user_id,contact_id,user_name,active,issuer,subject,role,attributes)values('{absent}','{new}','{silent}','x',true,'https://issuer.example','x','agent','{}'): !23503 scim_users_tenant_fkey
-- root into=scim_groups(tenant_id,scim_group_id,group_id,display_name)values('{absent}','{new}','{first}','x'): !23503 scim_groups_tenant_fkey
