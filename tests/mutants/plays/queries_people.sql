-- The queries on contacts, organizations, groups and members, and those of an import, played with policies and without.

-- play: one contact
-- query: contacts/get.sql
-- show: contact_id name
-- let: 1={acme} 2={asker}
-- owner: asker|acme asker
-- owner 2={outsider}: nothing

-- play: a contact is made with its event
-- query: contacts/create.sql
-- show: contact_id name
-- effects
-- let: 1={acme} 2={new} 3=x 4=x@example.org 5={org} 6=null 7=null
-- owner: new|x / audit_inbox a+1, contacts a+1

-- play: contacts
-- query: contacts/list.sql
-- choose: created_at:ascending
-- show: name
-- let: tenant_id={acme} limit=3
-- owner: acme owner; acme admin; acme agent

-- play: a filter of the list of contacts
-- query: contacts/list.sql
-- choose: <choose> created_at:ascending
-- show: name
-- let: tenant_id={acme} limit=3
-- each: as_oneself member_id={asker}: acme asker
-- each: ids ids={{asker},{silent}}: acme asker; acme silent
-- each: email email=ASKER@example.org: acme asker
-- each: organization_id organization_id={org}: acme asker
-- each: external_source external_source=crm: acme asker
-- each: external_id external_id=c-1: acme asker
-- each: created_at:after key_time=2026-01-10 key_id={absent}: acme silent
-- each: created_at:before key_time=2026-01-03 key_id={none}: acme owner

-- play: a contact is changed if the version is the one expected
-- query: contacts/change.sql
-- show: contact_id name version
-- effects
-- after:
select i.details from ringfence.audit_inbox i where i.action = 'contact.updated';
-- let: 1={acme} 2={asker} 3=1 4={"name":"x"}
-- owner: asker|x|2 / audit_inbox a+1, contacts a+1-1 / {"fields": ["name"]}
-- owner 4={"email":"x@x"}: asker|acme asker|2 / audit_inbox a+1, contacts a+1-1 / {"fields": ["email"]}
-- owner 3=2: nothing / unchanged / nothing
-- owner 2={outsider}: nothing / unchanged / nothing

-- play: a contact is deleted
-- query: contacts/remove.sql
-- effects
-- let: 1={acme} 2={silent} 3=1
-- owner: silent / audit_inbox a+1, contacts a-1
-- owner 3=null: silent / audit_inbox a+1, contacts a-1
-- owner 3=2: nothing / unchanged

-- play: the contact of an address
-- query: contacts/of_email.sql
-- effects
-- let: 1={acme} 2={new} 3=x 4=ASKER@example.org
-- owner service[contact.read]: asker / unchanged
-- owner 4=x@example.org: new / audit_inbox a+1, contacts a+1
-- owner 4=outsider@example.org: new / audit_inbox a+1, contacts a+1

-- play: one organization
-- query: organizations/get.sql
-- show: organization_id name version
-- let: 1={acme} 2={org}
-- owner: org|organization|1
-- owner 2={foreign_org}: nothing

-- play: an organization is made with its event
-- query: organizations/create.sql
-- show: organization_id
-- effects
-- let: 1={acme} 2={new} 3=x 4=null 5=null
-- owner: new / audit_inbox a+1, organizations a+1

-- play: organizations
-- query: organizations/list.sql
-- choose: created_at:ascending
-- show: name
-- let: tenant_id={acme} limit=9
-- owner: organization; empty organization

-- play: a filter of the list of organizations
-- query: organizations/list.sql
-- choose: <choose> created_at:ascending
-- show: name
-- let: tenant_id={acme} limit=9
-- each: external_source external_source=crm: organization
-- each: external_id external_id=o-1: organization
-- each: ids ids={{org}}: organization
-- each: created_at:after key_time=2026-01-01 key_id={absent}: empty organization
-- each: created_at:before key_time=2026-01-02 key_id={none}: organization

-- play: an organization is changed if the version is the one expected
-- query: organizations/change.sql
-- show: organization_id name version
-- effects
-- after:
select i.details from ringfence.audit_inbox i where i.action = 'organization.updated';
-- let: 1={acme} 2={org} 3=1 4={"name":"x"}
-- owner: org|x|2 / audit_inbox a+1, organizations a+1-1 / {"fields": ["name"]}
-- owner 4={}: org|organization|2 / audit_inbox a+1, organizations a+1-1 / {"fields": []}
-- owner 3=2: nothing / unchanged / nothing
-- owner 2={foreign_org}: nothing / unchanged / nothing

-- play: an organization is deleted
-- query: organizations/remove.sql
-- effects
-- let: 1={acme} 2={empty_org} 3=1
-- owner: empty_org / audit_inbox a+1, organizations a-1
-- owner 3=null: empty_org / audit_inbox a+1, organizations a-1
-- owner 3=2: nothing / unchanged

-- play: one group
-- query: groups/get.sql
-- show: group_id name version
-- let: 1={acme} 2={first}
-- owner: first|first|1
-- owner 2={foreign_group}: nothing

-- play: a group is made with its event
-- query: groups/create.sql
-- show: group_id
-- effects
-- let: 1={acme} 2={new} 3=x
-- owner: new / audit_inbox a+1, groups a+1

-- play: groups
-- query: groups/list.sql
-- choose: created_at:ascending
-- show: name
-- let: tenant_id={acme} limit=9
-- owner: first; second; vacant

-- play: a place in the list of groups
-- query: groups/list.sql
-- choose: <choose> created_at:ascending
-- show: name
-- let: tenant_id={acme} limit=9
-- each: created_at:after key_time=2026-01-02 key_id={absent}: vacant
-- each: ids ids={{second}}: second
-- each: created_at:before key_time=2026-01-02 key_id={none}: first

-- play: a group is changed if the version is the one expected
-- query: groups/change.sql
-- show: group_id name version
-- effects
-- after:
select i.details from ringfence.audit_inbox i where i.action = 'group.updated';
-- let: 1={acme} 2={first} 3=1 4={"name":"x"}
-- owner: first|x|2 / audit_inbox a+1, groups a+1-1 / {"fields": ["name"]}
-- owner 4={}: first|first|2 / audit_inbox a+1, groups a+1-1 / {"fields": []}
-- owner 3=2: nothing / unchanged / nothing
-- owner 2={foreign_group}: nothing / unchanged / nothing

-- play: a group is deleted
-- query: groups/remove.sql
-- effects
-- let: 1={acme} 2={vacant} 3=1
-- owner: vacant / audit_inbox a+1, groups a-1
-- owner 3=null: vacant / audit_inbox a+1, groups a-1
-- owner 3=2: nothing / unchanged
-- owner 2={first}: !23503 group_members_group_fkey

-- play: one member, with their contact and groups
-- before:
insert into ringfence.group_members (tenant_id, member_id, group_id) values ('{globex}', '{grouped_agent}', '{second}');
-- query: members/get.sql
-- show: member_id name role groups
-- let: 1={acme} 2={grouped_agent}
-- owner: grouped_agent|acme grouped_agent|agent|[{"access": ["full"], "group_id": "first"}]
-- owner 2={agent}: agent|acme agent|agent|[]
-- owner 2={outsider}: nothing

-- play: the member whom an identity is
-- query: members/of_identity.sql
-- show: member_id
-- let: 1={acme} 2=https://issuer.example 3=agent
-- owner: agent
-- owner 3=outsider: nothing
-- owner 3=nobody_yet: nothing

-- play: members
-- before:
insert into ringfence.group_members (tenant_id, member_id, group_id) values ('{globex}', '{owner}', '{second}');
-- query: members/list.sql
-- choose: created_at:ascending
-- show: name role groups
-- let: tenant_id={acme} limit=4
-- owner: acme owner|owner|[]; acme admin|admin|[]; acme agent|agent|[]; acme grouped_agent|agent|[{"access": ["full"], "group_id": "first"}]

-- play: a filter of the list of members
-- before:
insert into ringfence.group_members (tenant_id, member_id, group_id) values ('{globex}', '{owner}', '{first}'), ('{acme}', '{owner}', '{second}');
-- query: members/list.sql
-- choose: <choose> created_at:ascending
-- show: member_id
-- let: tenant_id={acme} limit=9
-- each: as_oneself member_id={admin}: admin
-- each: ids ids={{admin},{silent}}: admin
-- each: role role={owner,admin}: owner; admin
-- each: group_id group_id={first}: grouped_agent; light_agent
-- each: created_at:after key_time=2026-01-08 key_id={absent}: service
-- each: created_at:before key_time=2026-01-03 key_id={none}: owner

-- play: a member is made of somebody new or of a contact who is there
-- query: members/create.sql
-- show: member_id name email role groups
-- effects
-- let: 1={acme} 2={new} 3=https://issuer.example 4=new 5=x 6=x@example.org 7=agent 8=null 9=[] 10=null 11=null
-- owner: new|x|x@example.org|agent|[] / audit_inbox a+2, contacts a+1, members a+1, memberships a+1
-- owner 9=[{"group_id":"{first}","access":["full"]}]: new|x|x@example.org|agent|[{"access": ["full"], "group_id": "first"}] / audit_inbox a+2, contacts a+1, group_members a+1, members a+1, memberships a+1
-- owner 10={silent} 5=null 6=null: silent|acme silent|silent@example.org|agent|[] / audit_inbox a+1, members a+1, memberships a+1
-- owner 10={silent} 6=null: silent|x|silent@example.org|agent|[] / audit_inbox a+2, contacts a+1-1, members a+1, memberships a+1
-- owner 10={silent} 5=null: silent|acme silent|x@example.org|agent|[] / audit_inbox a+2, contacts a+1-1, members a+1, memberships a+1
-- owner 5=null 6=null: !23502
-- agent: nothing / audit_inbox a+1, contacts a+1

-- play: what is written of a member made
-- query: members/create.sql
-- show: role
-- after:
select string_agg(format('%s %s', i.action, i.details), ', ' order by i.action) from ringfence.audit_inbox i where i.recorded_at > '2026-02-01';
-- let: 1={acme} 2={new} 3=https://issuer.example 4=new 5=x 6=x@example.org 7=agent 8=null 9=[] 10={silent} 11=null
-- owner: agent / contact.updated {"fields": ["email", "name"]}, member.added {}
-- owner 5=null: agent / contact.updated {"fields": ["email"]}, member.added {}
-- owner 6=null: agent / contact.updated {"fields": ["name"]}, member.added {}

-- play: a member is changed if the version is the one expected and an owner remains
-- before:
update ringfence.members set role = 'owner' where member_id = '{admin}' and <two>;
insert into ringfence.group_members (tenant_id, member_id, group_id) values ('{globex}', '{agent}', '{second}');
-- query: members/change.sql
-- show: member_id name email role groups version
-- effects
-- after:
select string_agg(format('%s %s', i.action, i.details), ', ' order by i.action) from ringfence.audit_inbox i where i.recorded_at > '2026-02-01';
-- let: 1={acme} 2={agent} 3=1 4={"role":"auditor"} two=false
-- owner: agent|acme agent|agent@example.org|auditor|[]|2 / audit_inbox a+1, group_members b+1, members a+1-1 / member.updated {"fields": ["role"]}
-- owner 3=2: nothing / group_members b+1 / null
-- owner 2={outsider}: nothing / group_members b+1 / null
-- owner 2={owner} 4={"role":"agent"}: nothing / group_members b+1 / null
-- owner 2={owner} 4={"role":"agent"} two=tenant_id='{globex}': nothing / group_members b+1, members b+1-1 / null
-- owner 2={owner} 4={"role":"agent"} two=tenant_id='{acme}': owner|acme owner|owner@example.org|agent|[]|2 / audit_inbox a+1, group_members b+1, members a+2-2 / member.updated {"fields": ["role"]}
-- owner 2={owner} 4={"name":"x"}: owner|x|owner@example.org|owner|[]|2 / audit_inbox a+2, contacts a+1-1, group_members b+1, members a+1-1 / contact.updated {"fields": ["name"]}, member.updated {"fields": ["name"]}
-- owner 4={"email":"x@x"}: agent|acme agent|x@x|agent|[]|2 / audit_inbox a+2, contacts a+1-1, group_members b+1, members a+1-1 / contact.updated {"fields": ["email"]}, member.updated {"fields": ["email"]}
-- owner 2={grouped_agent} 4={"groups":[{"group_id":"{second}","access":["full"]}]}: grouped_agent|acme grouped_agent|grouped_agent@example.org|agent|[{"access": ["full"], "group_id": "second"}]|2 / audit_inbox a+1, group_members a+1-1, group_members b+1, members a+1-1 / member.updated {"fields": ["groups"]}
-- owner 2={grouped_agent} 4={"groups":[{"group_id":"{first}","access":["full"]},{"group_id":"{second}","access":["full"]}]}: grouped_agent|acme grouped_agent|grouped_agent@example.org|agent|[{"access": ["full"], "group_id": "first"}, {"access": ["full"], "group_id": "second"}]|2 / audit_inbox a+1, group_members a+1, group_members b+1, members a+1-1 / member.updated {"fields": ["groups"]}
-- owner 4={"name":"x","role":"auditor"}: agent|x|agent@example.org|auditor|[]|2 / audit_inbox a+2, contacts a+1-1, group_members b+1, members a+1-1 / contact.updated {"fields": ["name"]}, member.updated {"fields": ["name", "role"]}
-- owner 2={grouped_agent} 4={"role":"auditor"}: grouped_agent|acme grouped_agent|grouped_agent@example.org|auditor|[{"access": ["full"], "group_id": "first"}]|2 / audit_inbox a+1, group_members b+1, members a+1-1 / member.updated {"fields": ["role"]}

-- play: a service keeps its rights unless they are named, and loses them with its role
-- query: members/change.sql
-- show: role permissions
-- let: 1={acme} 2={service} 3=1 4={}
-- owner 4={"name":"x"}: service|{}
-- owner 4={"permissions":["ticket.read"]}: service|{ticket.read}
-- owner 4={"role":"agent"}: !23514 api_tokens_of_others_are_services
-- owner 4={"permissions":null}: !23514 members_service_has_permissions

-- play: a service without tokens loses its rights with its role
-- before:
delete from ringfence.api_tokens;
-- query: members/change.sql
-- show: role permissions
-- let: 1={acme} 2={service} 3=1 4={"role":"agent"}
-- owner: agent|null

-- play: a membership ends with what hangs from it, if an owner remains
-- before:
update ringfence.members set role = 'owner' where member_id = '{admin}' and <two>;
insert into ringfence.group_members (tenant_id, member_id, group_id) values ('{globex}', '{agent}', '{second}'), ('{acme}', '{agent}', '{second}');
-- query: members/remove.sql
-- effects
-- let: 1={acme} 2={agent} 3=1 two=false
-- owner: agent / audit_inbox a+2, contacts a+1-1, group_members b+1, members a-1, memberships a-1, ticket_events a+1, tickets a+1-1
-- owner 3=null: agent / audit_inbox a+2, contacts a+1-1, group_members b+1, members a-1, memberships a-1, ticket_events a+1, tickets a+1-1
-- owner 3=2: nothing / group_members a+1, group_members b+1
-- owner 2={owner}: nothing / group_members a+1, group_members b+1
-- owner 2={owner} two=tenant_id='{globex}': nothing / group_members a+1, group_members b+1, members b+1-1
-- owner 2={owner} two=tenant_id='{acme}': owner / audit_inbox a+1, contacts a+1-1, group_members a+1, group_members b+1, members a+1-2, memberships a-1
-- owner 2={silent}: nothing / group_members a+1, group_members b+1
-- owner 2={auditor}: auditor / api_tokens a-1, audit_inbox a+1, contacts a+1-1, group_members a+1, group_members b+1, members a-1, memberships a-1

-- play: an import finds what it brought before
-- query: imports/find_ticket.sql
-- let: 1={acme} 2=demo 3={t-1} 4={}
-- owner: {ticket1}|0
-- owner 2=other: nothing
-- owner 3={t-2}: nothing
-- owner 3={t-9}: nothing
-- owner 3={t-9,t-1}: {ticket1}|0

-- play: and which of its comments it did not bring
-- query: imports/find_ticket.sql
-- before:
update ringfence.comments set external_id = 'm-2' where tenant_id = '{globex}' and comment_id = '{c1p}';
update ringfence.comments set external_id = 'm-3' where tenant_id = '{acme}' and comment_id = '{c2p}';
-- let: 1={acme} 2=demo 3={t-1} 4={m-1}
-- owner: {ticket1}|0
-- owner 4={m-2}: {ticket1}|1
-- owner 4={m-1,m-3,m-4}: {ticket1}|2

-- play: an import finds the group of a name
-- query: imports/find_group.sql
-- let: 1={acme} 2=first
-- owner: first
-- owner 2=foreign: nothing

-- play: an import finds or makes an organization
-- query: imports/organization.sql
-- effects
-- let: 1={acme} 2={new} 3=organization
-- owner: org / unchanged
-- owner 3=foreign: new / audit_inbox a+1, organizations a+1

-- play: an import finds or makes a person
-- query: imports/contact.sql
-- effects
-- let: 1={acme} 2={new} 3=x 4=x@example.org 5=crm 6=c-1
-- owner: asker / unchanged
-- owner 4=SILENT@example.org 6=none: silent / unchanged
-- owner 4=SILENT@example.org: asker / unchanged
-- owner 6=none: new / audit_inbox a+1, contacts a+1
-- owner 5=other: new / audit_inbox a+1, contacts a+1
-- owner 4=outsider@example.org 6=c-9: new / audit_inbox a+1, contacts a+1
-- owner 4=null 6=none: new / audit_inbox a+1, contacts a+1

-- play: an import brings a ticket whole
-- query: imports/ticket.sql
-- effects
-- let: 1={acme} 2={new} 3=60 4=old 5=open 6=low 7=task 8={asker} 9={first} 10={org} 11={old,fire} 12=demo 13=t-60 14=2020-01-01 15=2020-01-02 16=null 17={new} 18={{new}} 19={{silent}} 20={public} 21={said} 22={m-60} 23={2020-01-01}
-- service[ticket.read,ticket.create,ticket.import]: new / audit_inbox a+2, comments a+1, tags a+1, ticket_events a+1, tickets a+1

-- play: what a member may do in a group is narrowed in place
-- query: members/change.sql
-- show: role groups
-- effects
-- let: 1={acme} 2={grouped_agent} 3=1
-- owner 4={"groups":[{"group_id":"{first}","access":["overview","change"]}]}: agent|[{"access": ["overview", "change"], "group_id": "first"}] / audit_inbox a+1, group_members a+1-1, members a+1-1
-- owner 4={"groups":[{"group_id":"{first}","access":["full"]}]}: agent|[{"access": ["full"], "group_id": "first"}] / audit_inbox a+1, members a+1-1
-- owner 4={"groups":[]}: agent|[] / audit_inbox a+1, group_members a-1, members a+1-1
-- owner 4={"groups":[{"group_id":"{first}","access":["change"]}]}: !23514 group_members_access_sees

-- play: a member has a role of the tenant's own making as long as they are custom
-- before:
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('{acme}', '{new}', 'r', '{ticket.read}'), ('{globex}', '{new2}', 'r', '{ticket.read}');
update ringfence.members set role = 'custom', role_id = '{new}' where tenant_id = '{acme}' and member_id = '{agent}';
-- query: members/change.sql
-- show: role role_id
-- let: 1={acme} 2={agent} 3=1
-- owner 4={}: custom|new
-- owner 4={"role":"auditor"}: auditor|null
-- owner 4={"role":"auditor","role_id":"{new}"}: !23514 members_custom_has_role_id
-- owner 2={admin} 4={"role":"custom","role_id":"{new}"}: custom|new
-- owner 2={admin} 4={"role":"custom","role_id":"{new2}"}: !23503 members_role_fkey
-- owner 2={admin} 4={"role":"custom"}: !23514 members_custom_has_role_id
