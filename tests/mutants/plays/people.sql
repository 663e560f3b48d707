-- Who makes, changes and removes contacts, organizations, groups and members, and who may not.

-- play: who makes a contact
insert into ringfence.contacts (tenant_id, contact_id, name, email, organization_id, external_source, external_id) values ('<tenant>', '{new}', 'new', '<email>', <organization>, <source>, <key>);
-- effects
-- let: tenant={acme} email=new@example.org organization='{org}' source='s' key='k'
-- owner admin agent grouped_agent service[contact.change]: #1 / contacts a+1
-- light_agent requester auditor service[contact.read] nobody: !42501
-- owner agent service[contact.change] tenant={globex}: !42501
-- agent email=ASKER@example.org: !23505 contacts_email_key
-- agent email=outsider@example.org: #1 / contacts a+1
-- agent organization='{foreign_org}': !23503 contacts_organization_fkey
-- agent organization='{absent}': !23503 contacts_organization_fkey
-- agent source='crm' key='c-1': !23505 contacts_external_key
-- agent source='crm' key='c-9': #1 / contacts a+1

-- play: who changes contacts, blindly
update ringfence.contacts set <set>;
-- effects
-- let: set=version=9
-- owner admin: #10 / contacts a+10-10
-- agent grouped_agent service[contact.read,contact.change]: #4 / contacts a+4-4
-- light_agent requester auditor service[contact.read] nobody: #0 / unchanged
-- service[contact.change]: #4 / contacts a+4-4
-- agent set=organization_id=null,name='x',external_source=null,external_id=null,updated_at=now(): #4 / contacts a+4-4
-- agent set=email=contact_id||'@x': #4 / contacts a+4-4
-- agent set=tenant_id='{globex}': !42501
-- agent set=contact_id='{new}': !42501
-- agent set=created_at=now(): !42501

-- play: who deletes contacts
delete from ringfence.contacts <where>;
-- effects
-- let: where=where/**/contact_id='{silent}'
-- owner admin service[contact.read,contact.delete]: #1 / contacts a-1
-- agent grouped_agent light_agent requester auditor service[contact.read,contact.change] nobody: #0 / unchanged
-- owner where=where/**/contact_id='{outsider}': #0 / unchanged
-- agent requester where=: #0 / unchanged
-- service[contact.delete] where=where/**/name='acme/**/service': #0 / unchanged
-- owner where=where/**/contact_id='{asker}': !23503 tickets_requester_fkey

-- play: who makes an organization
insert into ringfence.organizations (tenant_id, organization_id, name, external_source, external_id) values ('<tenant>', '<id>', '<name>', <source>, <key>);
-- effects
-- let: tenant={acme} id={new} name=new source=null key=null
-- owner admin agent grouped_agent service[organization.change]: #1 / organizations a+1
-- light_agent requester auditor service[organization.read] nobody: !42501
-- owner agent service[organization.change] tenant={globex}: !42501
-- agent name=organization: !23505 organizations_name_key
-- agent source='crm' key='o-1': !23505 organizations_external_key
-- agent source='crm' key='o-9': #1 / organizations a+1
-- agent id={org}: !23505 organizations_pkey
-- agent id={foreign_org}: #1 / organizations a+1

-- play: who changes organizations, blindly
update ringfence.organizations set <set>;
-- effects
-- let: set=version=9
-- owner admin agent grouped_agent service[organization.read,organization.change]: #2 / organizations a+2-2
-- light_agent requester auditor service[organization.read] nobody: #0 / unchanged
-- service[organization.change]: #2 / organizations a+2-2
-- agent set=name=organization_id::text,external_source=null,external_id=null,updated_at=now(): #2 / organizations a+2-2
-- agent set=tenant_id='{globex}': !42501
-- agent set=organization_id='{new}': !42501

-- play: who deletes organizations
delete from ringfence.organizations <where>;
-- effects
-- let: where=where/**/organization_id='{empty_org}'
-- owner admin service[organization.read,organization.delete]: #1 / organizations a-1
-- agent grouped_agent light_agent requester auditor service[organization.read,organization.change] nobody: #0 / unchanged
-- owner where=where/**/organization_id='{foreign_org}': #0 / unchanged
-- owner where=where/**/organization_id='{org}': !23503 contacts_organization_fkey

-- play: who makes a group
insert into ringfence.groups (tenant_id, group_id, name) values ('<tenant>', '<id>', '<name>');
-- effects
-- let: tenant={acme} id={new} name=new
-- owner admin service[group.manage]: #1 / groups a+1
-- agent grouped_agent light_agent requester auditor service[group.read] nobody: !42501
-- owner tenant={globex}: !42501
-- owner name=first: !23505 groups_name_key
-- owner name=foreign: #1 / groups a+1
-- owner id={first}: !23505 groups_pkey

-- play: who changes groups, blindly
update ringfence.groups set <set>;
-- effects
-- let: set=version=9
-- owner admin service[group.read,group.manage]: #3 / groups a+3-3
-- agent grouped_agent light_agent requester auditor service[group.read] nobody: #0 / unchanged
-- service[group.manage]: #3 / groups a+3-3
-- owner set=name=group_id::text,updated_at=now(): #3 / groups a+3-3
-- owner set=tenant_id='{globex}': !42501
-- owner set=group_id='{new}': !42501

-- play: who deletes groups
delete from ringfence.groups <where>;
-- effects
-- let: where=where/**/group_id='{vacant}'
-- owner admin service[group.read,group.manage]: #1 / groups a-1
-- agent grouped_agent light_agent requester auditor service[group.read] nobody: #0 / unchanged
-- owner where=where/**/group_id='{foreign_group}': #0 / unchanged
-- owner where=where/**/group_id='{second}': !23503 tickets_group_fkey

-- play: a group that somebody works in stays
-- before:
update ringfence.tickets set group_id = null;
-- sql:
delete from ringfence.groups where group_id = '{first}';
-- owner: !23503 group_members_group_fkey

-- play: who puts whom into a group
insert into ringfence.group_members (tenant_id, member_id, group_id) values ('<tenant>', '<member>', '<group>');
-- effects
-- let: tenant={acme} member={agent} group={first}
-- owner admin service[admin]: #1 / group_members a+1
-- service[member.manage]: !42501
-- agent grouped_agent light_agent requester auditor service[member.read] nobody: !42501
-- owner tenant={globex}: !42501
-- owner member={outsider}: !23503 group_members_member_fkey
-- owner member={asker}: !23503 group_members_member_fkey
-- owner group={foreign_group}: !23503 group_members_group_fkey
-- owner member={light_agent}: !23505 group_members_pkey

-- play: who takes whom out of a group, blindly
delete from ringfence.group_members;
-- effects
-- owner admin service[admin]: #2 / group_members a-2
-- service[member.read,member.manage]: #0 / unchanged
-- agent grouped_agent light_agent requester auditor service[member.read] nobody: #0 / unchanged
-- service[member.manage]: #0 / unchanged

-- play: nobody changes who works where, or who belongs where, in place
update ringfence.<table> set <set>;
-- let: table=group_members set=group_id='{second}'
-- owner admin agent nobody: !42501
-- owner admin nobody table=memberships set=identity_id='{i_new}': !42501

-- play: who makes a member of which role, and nobody gives what they do not hold
insert into ringfence.members (tenant_id, member_id, identity_id, role, permissions) values ('<tenant>', '<member>', '<identity>', '<role>', <permissions>);
-- effects
-- let: tenant={acme} member={asker} identity={i_new} role=agent permissions=null
-- owner admin service[admin]: #1 / members a+1
-- service[member.manage] service[owner.manage] service[admin,-audit.read]: !42501
-- owner admin role=admin: #1 / members a+1
-- owner service[admin,owner.manage] role=owner: #1 / members a+1
-- service[owner.manage] service[admin] role=owner: !42501
-- admin service[member.manage] role=owner: !42501
-- agent grouped_agent light_agent requester auditor service[member.read] nobody: !42501
-- owner admin tenant={globex}: !42501
-- service[owner.manage] tenant={globex}: !42501
-- owner admin role=service permissions='{ticket.read}': #1 / members a+1
-- owner admin role=service permissions='{}': #1 / members a+1
-- admin role=service permissions='{owner.manage}': !42501
-- owner role=service permissions='{owner.manage}': #1 / members a+1
-- service[admin] service[admin,owner.manage] role=service permissions='{ticket.read}': #1 / members a+1
-- service[admin,owner.manage] role=service permissions='{owner.manage}': #1 / members a+1
-- service[admin] role=service permissions='{owner.manage}': !42501
-- service[member.manage,ticket.read] service[admin,-audit.read] role=service permissions='{ticket.read}': !42501
-- service[owner.manage,ticket.read] role=service permissions='{ticket.read}': !42501
-- agent auditor service[ticket.read] role=service permissions='{ticket.read}': !42501
-- owner member={outsider}: !23503 members_contact_fkey
-- owner member={absent}: !23503 members_contact_fkey
-- owner identity={i_agent}: !23505 members_identity_key
-- owner identity={i_outsider}: #1 / members a+1
-- owner member={agent}: !23505 members_pkey

-- play: who changes members, blindly
with touched as (update ringfence.members set <set> returning role) select count(*), count(*) filter (where role = 'owner') from touched;
-- effects
-- let: set=version=9
-- owner service[admin,owner.manage]: 8|1 / members a+8-8
-- admin service[admin]: 7|0 / members a+7-7
-- service[member.read,owner.manage] service[member.read,member.manage]: 0|0 / unchanged
-- agent grouped_agent light_agent requester auditor service[member.read] nobody: 0|0 / unchanged
-- service[owner.manage] service[member.manage]: 0|0 / unchanged
-- owner set=updated_at=now(): 8|1 / members a+8-8
-- owner set=tenant_id='{globex}': !42501
-- owner set=member_id='{new}': !42501
-- owner set=identity_id='{i_new}': !42501

-- play: who makes of a member what
update ringfence.members set role = '<role>', permissions = <permissions> where role = '<was>';
-- effects
-- let: was=agent role=admin permissions=null
-- owner admin service[admin] service[admin,owner.manage]: #2 / members a+2-2
-- service[member.read,member.manage] service[member.read,owner.manage]: #0 / unchanged
-- owner service[admin,owner.manage] role=owner: #2 / members a+2-2
-- service[member.read,owner.manage] role=owner: #0 / unchanged
-- admin service[admin] role=owner: !42501
-- service[member.read,member.manage] role=owner: #0 / unchanged
-- admin was=owner: #0 / unchanged
-- owner was=owner role=agent: #1 / members a+1-1
-- admin was=auditor role=service permissions='{ticket.read}': #1 / api_tokens a+1-1, members a+1-1
-- admin was=auditor role=service permissions='{owner.manage}': !42501
-- owner was=auditor role=service permissions='{owner.manage}': #1 / api_tokens a+1-1, members a+1-1
-- owner was=auditor role=service permissions='{nobodys.right}': !42501
-- service[member.read,member.manage] was=auditor role=service permissions='{ticket.read}': #0 / unchanged
-- service[member.read,member.manage] was=service role=service permissions='{member.read}': #0 / unchanged
-- service[admin] was=service role=service permissions='{member.read}': #1 / members a+1-1
-- service[admin] was=service role=service permissions='{owner.manage}': !42501
-- service[member.read,owner.manage] was=auditor role=service permissions='{ticket.read}': #0 / unchanged
-- service[member.read,owner.manage] was=service role=service permissions='{member.read}': #0 / unchanged
-- service[member.read,owner.manage] was=auditor role=service permissions='{member.read}': #0 / unchanged
-- agent requester was=requester: #0 / unchanged

-- play: who removes members, blindly
-- before:
delete from ringfence.memberships; delete from ringfence.group_members; delete from ringfence.api_tokens; update ringfence.tickets set assignee_id = null;
-- sql:
with gone as (delete from ringfence.members returning role) select count(*), count(*) filter (where role = 'owner') from gone;
-- owner service[admin,owner.manage]: 8|1
-- service[member.read,owner.manage]: 0|0
-- admin service[admin]: 7|0
-- service[member.read,member.manage]: 0|0
-- agent grouped_agent light_agent requester auditor service[member.read] nobody: 0|0
-- definer: 8|1
-- owner_role: 0|0

-- play: removing members touches no other tenant
-- before:
set local session_replication_role = replica; delete from ringfence.memberships where tenant_id = '{acme}'; delete from ringfence.group_members where tenant_id = '{acme}'; delete from ringfence.api_tokens where tenant_id = '{acme}'; update ringfence.tickets set assignee_id = null where tenant_id = '{acme}'; set local session_replication_role = origin;
-- sql:
delete from ringfence.members where member_id <> '{owner}';
-- after:
select count(*) from ringfence.members where tenant_id = '{globex}';
-- owner admin: #7 / 9

-- play: a member who is in a group, in hand of a ticket, or may ask to enter, is not simply deleted
delete from ringfence.members where member_id = '<who>';
-- let: who={agent}
-- owner: !23503 memberships_member_fkey
-- owner who={outsider}: #0

-- play: who ties an identity to the tenant
-- before:
insert into ringfence.members (tenant_id, member_id, identity_id, role) select t, '{silent}', '{i_new}', 'agent' from unnest(array['{acme}', '{globex}']::uuid[]) t;
-- sql:
insert into ringfence.memberships (identity_id, tenant_id) values ('<identity>', '<tenant>');
-- let: identity={i_new} tenant={acme}
-- owner admin service[member.manage]: #1
-- agent grouped_agent light_agent requester auditor service[member.read] nobody: !42501
-- owner admin tenant={globex}: !42501
-- owner identity={i_agent}: !23505 memberships_pkey
-- owner identity={i_outsider}: !23503 memberships_member_fkey

-- play: who unties identities, blindly
delete from ringfence.memberships;
-- effects
-- owner: #8 / memberships a-8
-- admin service[admin]: #7 / memberships a-7
-- service[admin,-role.manage] service[member.manage]: #0 / unchanged
-- agent grouped_agent light_agent requester auditor service[member.read] nobody: #0 / unchanged

-- play: who the owners are is told to those alone who manage members and no owners
select string_agg(case k when '{i_owner}' then 'owner' else k::text end, ' ') from unnest(ringfence.kept_identities()) k;
-- admin service[member.manage]: owner
-- owner agent requester service[] service[member.manage,owner.manage] service[member.read] nobody: null
-- analyst auditor_login operator: !42501

-- play: whose contacts one may not change is told to those alone who change contacts
select string_agg(k::text, ' ' order by k) from unnest(ringfence.kept_contacts()) k;
-- agent: owner admin grouped_agent light_agent auditor service
-- service[contact.change]: owner admin agent grouped_agent light_agent auditor
-- owner admin requester light_agent auditor service[] service[contact.read,contact.delete] service[contact.change,member.manage] nobody: null
-- analyst auditor_login operator: !42501
