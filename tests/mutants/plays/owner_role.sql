-- The owner, whose functions stand behind the walls too: what it reaches inside a tenant and outside of one.

-- play: what the owner itself deletes, blindly, inside a tenant and outside
delete from ringfence.<table> <where>;
-- effects
-- let: table=tickets where=
-- definer owner_role: #0 / unchanged
-- definer owner_role table=comments: #0 / unchanged
-- definer owner_role table=ticket_events: #0 / unchanged
-- definer owner_role table=tags: #0 / unchanged
-- definer owner_role table=contacts: #0 / unchanged
-- definer owner_role table=organizations: #0 / unchanged
-- definer table=groups: !23503 group_members_group_fkey
-- owner_role table=groups: #0 / unchanged
-- definer owner_role table=identities: #0 / unchanged
-- definer owner_role table=keys: #0 / unchanged
-- definer owner_role table=audit_events: #0 / unchanged
-- definer owner_role table=audit_heads: #0 / unchanged
-- definer owner_role table=installation_events: #0 / unchanged
-- definer table=idempotency_keys: #2 / idempotency_keys a-2
-- owner_role table=idempotency_keys: #0 / unchanged
-- definer owner_role table=ticket_counters: #0 / unchanged
-- definer owner_role table=reporting_logins: #0 / unchanged
-- definer owner_role table=sessions: #0 / unchanged
-- definer owner_role table=tenant_roles: #0 / unchanged
-- definer owner_role table=break_glass_grants: #0 / unchanged
-- definer owner_role table=agreements: #0 / unchanged
-- definer owner_role table=ticket_links: #0 / unchanged
-- definer owner_role table=comment_shares: #0 / unchanged
-- definer table=api_tokens: #2 / api_tokens a-2
-- owner_role table=api_tokens: #0 / unchanged
-- definer table=group_members: #2 / group_members a-2
-- owner_role table=group_members: #0 / unchanged
-- definer table=members where=where/**/member_id='{owner}': !23503 memberships_member_fkey
-- owner_role table=members: #0 / unchanged

-- play: what the owner itself changes, blindly
update ringfence.<table> set <set>;
-- effects
-- let: table=comments set=body='x'
-- definer owner_role: #0 / unchanged
-- definer owner_role table=ticket_events set=kind='ticket.created': #0 / unchanged
-- definer table=contacts set=name='x': #10 / contacts a+10-10
-- owner_role table=contacts set=name='x': #0 / unchanged
-- definer owner_role table=organizations set=name='x': #0 / unchanged
-- definer table=groups set=name='x': !23505 groups_name_key
-- definer table=groups set=version=9: #3 / groups a+3-3
-- owner_role table=groups set=name='x': #0 / unchanged
-- definer owner_role table=tags set=tag='x': #0 / unchanged
-- definer owner_role table=identities set=subject='x': #0 / unchanged
-- definer owner_role table=group_members set=group_id='{second}': #0 / unchanged
-- definer owner_role table=audit_events set=action='x': #0 / unchanged
-- definer owner_role table=installation_events set=action='x': #0 / unchanged
-- definer owner_role table=idempotency_keys set=body='x': #0 / unchanged
-- definer owner_role table=reporting_logins set=tenant_id='{acme}': #0 / unchanged
-- definer owner_role table=sessions set=ended_at=now(): #1 / sessions -+1-1
-- definer owner_role table=tenant_roles set=permissions='{}': #0 / unchanged
-- definer owner_role table=break_glass_grants set=revoked_at=null: #0 / unchanged
-- definer table=api_tokens set=revoked_at=null: #2 / unchanged
-- owner_role table=api_tokens set=revoked_at=null: #0 / unchanged
-- definer table=members set=version=9: #8 / members a+8-8
-- owner_role table=members set=version=9: #0 / unchanged
-- definer table=audit_heads set=length=7: #1 / audit_heads a+1-1
-- definer table=audit_heads set=tenant_id='{absent}': !42501
-- owner_role table=audit_heads set=length=7: #0 / unchanged
-- definer table=ticket_counters set=last=77: #1 / ticket_counters a+1-1
-- definer table=ticket_counters set=tenant_id='{absent}': !42501
-- owner_role table=ticket_counters set=last=77: #0 / unchanged

-- play: what the owner itself inserts belongs to the tenant it is in
insert into ringfence.<into>;
-- let: into=x
-- definer into=tags/**/values('{acme}','x'): #1
-- definer owner_role into=tags/**/values('{globex}','x'): !42501
-- definer into=tickets(tenant_id,ticket_id,number,subject,requester_id)values('{acme}','{new}',99,'x','{asker}'): #1
-- definer owner_role into=tickets(tenant_id,ticket_id,number,subject,requester_id)values('{globex}','{new}',99,'x','{asker}'): !42501
-- definer into=contacts(tenant_id,contact_id,name)values('{acme}','{new}','x'): #1
-- definer owner_role into=contacts(tenant_id,contact_id,name)values('{globex}','{new}','x'): !42501
-- definer into=members(tenant_id,member_id,identity_id,role)values('{acme}','{silent}','{i_new}','agent'): #1
-- definer owner_role into=members(tenant_id,member_id,identity_id,role)values('{globex}','{silent}','{i_new}','agent'): !42501
-- definer into=audit_heads(tenant_id,length)values('{globex}',1): !42501
-- definer into=audit_heads(tenant_id,length)values('{acme}',1): !23505 audit_heads_pkey
-- definer into=ticket_counters(tenant_id)values('{globex}'): !42501
-- definer into=ticket_counters(tenant_id)values('{acme}'): !23505 ticket_counters_pkey
-- definer into=audit_events(tenant_id,position,event_id,xid,recorded_at,request_id,action,decision,actor_kind,details)values('{acme}',99,'{new}','9',now(),'{new}','x','allow','user','{}'): #1
-- definer owner_role into=audit_events(tenant_id,position,event_id,xid,recorded_at,request_id,action,decision,actor_kind,details)values('{globex}',99,'{new}','9',now(),'{new}','x','allow','user','{}'): !42501
-- definer into=ticket_events(tenant_id,ticket_event_id,ticket_id,requester_id,group_key,actor_id,kind,visibility,version)values('{acme}','{new}','{ticket1}','{asker}','{first}','{agent}','ticket.created','public',1): #1
-- definer owner_role into=ticket_events(tenant_id,ticket_event_id,ticket_id,requester_id,group_key,actor_id,kind,visibility,version)values('{globex}','{new}','{ticket1}','{asker}','{first}','{agent}','ticket.created','public',1): !42501
-- definer into=comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body)values('{acme}','{new}','{ticket1}','{asker}','{first}','{agent}','public','x'): #1
-- definer owner_role into=comments(tenant_id,comment_id,ticket_id,requester_id,group_key,author_id,visibility,body)values('{globex}','{new}','{ticket1}','{asker}','{first}','{agent}','public','x'): !42501
-- definer into=break_glass_grants(tenant_id,grant_id,member_id,role,reason,granted_by,expires_at)values('{acme}','{new}','{agent}','admin','a_reason_told','{owner}',now()+'1h'): #1
-- definer owner_role into=break_glass_grants(tenant_id,grant_id,member_id,role,reason,granted_by,expires_at)values('{globex}','{new}','{agent}','admin','a_reason_told','{owner}',now()+'1h'): !42501
-- definer into=api_tokens(tenant_id,api_token_id,member_id,member_role,name,token_hash,scopes,created_by,expires_at)values('{acme}','{new}','{agent}','agent','x',sha256('x'),'{}','{agent}',now()+'1h'): !42501
-- definer into=tenant_roles(tenant_id,role_id,name,permissions)values('{acme}','{new}','x','{}'): !42501
-- definer owner_role into=sessions(session_id,session_hash,identity_id,authenticated_at,idle_expires_at,expires_at)values('{new}',sha256('x'),'{i_new}',now(),now(),now()): #1
-- definer into=groups(tenant_id,group_id,name)values('{acme}','{new}','x'): #1
-- definer into=groups(tenant_id,group_id,name)values('{globex}','{new}','x'): !42501
-- definer into=group_members(tenant_id,group_id,member_id)values('{acme}','{first}','{agent}'): #1
-- definer into=group_members(tenant_id,group_id,member_id)values('{globex}','{first}','{agent}'): !42501
-- definer into=organizations(tenant_id,organization_id,name)values('{acme}','{new}','x'): !42501
-- definer into=idempotency_keys(tenant_id,member_id,subject_id,rights,route,key,body_hash,status,headers,body)values('{acme}','{owner}','{owner}',sha256('r'),'x','y',sha256('z'),1,'{}','x'): !42501
-- owner_role into=installation_events(event_id,xid,recorded_at,request_id,action,decision,actor_kind,details)values('{new}','9',now(),'{new}','x','allow','user','{}'): #1
-- owner_role into=keys(purpose,kid,inner_pad,outer_pad)select/**/'token',5,sha256('a')||sha256('b'),sha256('a')||sha256('b'): #1

-- play: what the owner itself deletes, blindly, inside a tenant and outside, where its doors alone say so
-- but: doors
delete from ringfence.<table> <where>;
-- effects
-- let: table=tickets where=
-- definer owner_role table=tenants: #0 / unchanged
-- definer table=memberships: #8 / memberships a-8
-- owner_role table=memberships: #0 / unchanged

-- play: what the owner itself changes, blindly, where its doors alone say so
-- but: doors
update ringfence.<table> set <set>;
-- effects
-- let: table=comments set=body='x'
-- definer owner_role table=memberships set=identity_id='{i_new}': #0 / unchanged
-- definer table=tenants set=name='x': #1 / tenants a+1-1
-- definer table=tenants set=tenant_id='{new}': !42501
-- owner_role table=tenants set=name='x': #0 / unchanged

-- play: what the owner itself inserts belongs to the tenant it is in, where its doors alone say so
-- but: doors
insert into ringfence.<into>;
-- let: into=x
-- definer into=memberships(tenant_id,identity_id)values('{acme}','{i_new}'): !23503 memberships_member_fkey
-- definer owner_role into=memberships(tenant_id,identity_id)values('{globex}','{i_new}'): !42501
-- definer into=tenants(tenant_id,slug,name)values('{new}','new-one','x'): !42501
-- definer into=tenants(tenant_id,slug,name)values('{acme}','new-one','x'): !23505 tenants_pkey
-- definer into=reporting_logins(login,tenant_id)values('x','{acme}'): #1
-- definer owner_role into=reporting_logins(login,tenant_id)values('x','{globex}'): !42501

-- play: the owner retires keys, and nobody else does
update ringfence.keys set retired_at = now();
-- owner_role: #2
-- owner admin nobody operator: !42501
