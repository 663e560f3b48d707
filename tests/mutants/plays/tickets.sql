-- Who makes and changes tickets, their comments, their history and their tags, and what each may not set.

-- play: who makes which ticket
insert into ringfence.tickets (tenant_id, ticket_id, number, subject, status, requester_id, assignee_id, group_id, organization_id, tags, external_source, external_id, created_at, updated_at)
values ('<tenant>', '{new}', 100, 'new', '<status>', '<requester>', <assignee>, <group>, <organization>, '<tags>', <source>, <key>, <created>, <updated>);
-- effects
-- let: tenant={acme} status=new requester={asker} assignee=null group=null organization=null tags={} source=null key=null created=transaction_timestamp() updated=transaction_timestamp()
-- owner admin agent service[ticket.create]: #1 / tickets a+1
-- owner agent requester={requester} status=open assignee='{agent}' group='{second}' organization='{org}' tags={x} source='s' key='k': #1 / tickets a+1
-- owner agent service[ticket.create] created='2020-01-01': !42501
-- service[ticket.import] status=open group='{second}' created='2020-01-01' updated='2020-01-02': #1 / tickets a+1
-- service[ticket.import] tenant={globex}: !42501
-- auditor light_agent service[ticket.read,ticket.change] service[ticket.create.own] service[ticket.create.group] nobody: !42501
-- owner agent service[ticket.create] tenant={globex}: !42501
-- grouped_agent group='{first}': #1 / tickets a+1
-- grouped_agent group='{second}': !42501
-- grouped_agent group='{first}' created='2020-01-01': !42501
-- grouped_agent group='{first}' tenant={globex}: !42501
-- light_agent group='{first}': !42501
-- grouped_agent: !42501
-- requester requester={requester}: #1 / tickets a+1
-- requester requester={requester} tenant={globex}: !42501
-- requester requester={asker}: !42501
-- requester requester={requester} status=open: !42501
-- requester requester={requester} assignee='{agent}': !42501
-- requester requester={requester} group='{first}': !42501
-- requester requester={requester} organization='{org}': !42501
-- requester requester={requester} tags={x}: !42501
-- requester requester={requester} source='s' key='k': !42501
-- requester requester={requester} created='2020-01-01': !42501
-- requester requester={requester} updated='9999-01-01': !42501
-- service[ticket.create.own] requester={service}: #1 / tickets a+1
-- service[] requester={service}: !42501

-- play: who changes which tickets, blindly
with touched as (update ringfence.tickets set subject = 'changed' returning number) select coalesce(string_agg(number::text, ' ' order by number), 'none') from touched;
-- effects
-- owner admin agent service[ticket.read,ticket.change]: 1 2 3 / tickets a+3-3
-- grouped_agent: 1 / tickets a+1-1
-- light_agent requester auditor service[ticket.read] service[ticket.change] nobody owner_role: none / unchanged
-- definer: 1 2 3 4 / tickets a+4-4

-- play: a ticket is changed where it is and stays where it may
update ringfence.tickets set <set> where number = <number>;
-- effects
-- let: number=1 set=subject='x'
-- owner: #1 / tickets a+1-1
-- owner set=tenant_id='{globex}': !42501
-- definer set=tenant_id='{globex}',assignee_id=null,organization_id=null: !42501
-- owner set=ticket_id='{new}': !42501
-- owner set=number=77: !42501
-- owner set=created_at=now(): !42501
-- owner set=group_id='{second}',assignee_id='{agent}',organization_id=null,requester_id='{silent}',priority='high',type='task',tags='{}',external_source='e',external_id='f',version=9,updated_at=now(),status='closed',closed_at=now(): #1 / comments a+2-2, ticket_events a+2-2, tickets a+1-1
-- grouped_agent set=priority='high': #1 / tickets a+1-1
-- grouped_agent set=group_id='{second}': !42501
-- grouped_agent set=group_id=null: !42501
-- agent set=group_id='{second}': #1 / comments a+2-2, ticket_events a+2-2, tickets a+1-1
-- agent set=requester_id='{silent}': #1 / comments a+2-2, ticket_events a+2-2, tickets a+1-1
-- grouped_agent number=2: #0 / unchanged
-- requester number=3 set=subject='x': #0 / unchanged

-- play: a change that reads nothing is held by the doors of changing alone
update ringfence.tickets set group_id = '{second}';
-- grouped_agent: !42501
-- owner agent service[ticket.change]: #3
-- light_agent requester auditor service[ticket.read] nobody owner_role: #0

-- play: nobody deletes a ticket, a comment, a history, a tag or a tenant
delete from ringfence.<table>;
-- let: table=tickets
-- owner agent requester nobody auditor_login operator dispatcher analyst: !42501
-- owner agent requester nobody analyst table=comments: !42501
-- owner agent requester nobody analyst table=ticket_events: !42501
-- owner agent requester nobody table=tags: !42501
-- owner agent requester nobody operator table=tenants: !42501
-- owner nobody auditor_login table=audit_events: !42501
-- owner nobody auditor_login table=audit_inbox: !42501
-- owner nobody auditor_login table=installation_events: !42501
-- owner nobody operator table=identities: !42501
-- owner nobody operator table=keys: !42501
-- owner nobody operator analyst table=reporting_logins: !42501
-- owner nobody table=audit_heads: !42501
-- owner nobody table=ticket_counters: !42501

-- play: who comments on which ticket, as whom
insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body, external_id, created_at)
values ('<tenant>', '{new}', '<ticket>', '<requester>', '<group>', '<author>', '<visibility>', 'said', <key>, <created>);
-- effects
-- let: tenant={acme} ticket={ticket1} requester={asker} group={first} author=<me> visibility=public key=null created=transaction_timestamp()
-- owner admin agent service[comment.create] grouped_agent: #1 / comments a+1
-- owner agent grouped_agent visibility=internal: #1 / comments a+1
-- agent ticket={ticket2} group={second}: #1 / comments a+1
-- owner agent service[comment.create] grouped_agent author={asker}: !42501
-- owner agent service[comment.create] grouped_agent created='2020-01-01': !42501
-- owner agent service[comment.create] grouped_agent light_agent tenant={globex}: !42501
-- grouped_agent light_agent ticket={ticket2} group={second}: !42501
-- grouped_agent ticket={ticket2} group={first}: !23503 comments_ticket_fkey
-- agent ticket={ticket2} requester={requester} group={second}: !23503 comments_ticket_fkey
-- agent ticket={foreign_ticket} requester={outsider} group={foreign_group}: !23503 comments_ticket_fkey
-- agent ticket={absent} requester={outsider} group={foreign_group}: !23503 comments_ticket_fkey
-- light_agent visibility=internal: #1 / comments a+1
-- light_agent visibility=internal tenant={globex}: !42501
-- light_agent visibility=internal created='2020-01-01': !42501
-- light_agent: !42501
-- light_agent visibility=internal author={agent}: !42501
-- light_agent visibility=internal ticket={ticket2} group={second}: !42501
-- auditor service[] service[ticket.read,comment.read] service[comment.create.own] service[comment.create.group] nobody: !42501
-- requester ticket={ticket3} requester={requester} group={none}: #1 / comments a+1
-- requester ticket={ticket3} requester={requester} group={none} tenant={globex}: !42501
-- requester: !42501
-- requester ticket={ticket3} requester={requester} group={none} visibility=internal: !42501
-- requester ticket={ticket3} requester={requester} group={none} author={agent}: !42501
-- requester ticket={ticket3} requester={requester} group={none} created='2020-01-01': !42501
-- requester ticket={ticket3} requester={requester} group={none} key='k': !42501
-- requester ticket={ticket1} requester={requester} group={first}: !23503 comments_ticket_fkey
-- service[comment.create.own] ticket={ticket3} requester={requester} group={none}: !42501
-- service[ticket.import] author={asker} created='2020-01-01' key='k': #1 / comments a+1
-- service[ticket.import] author={asker} tenant={globex}: !42501
-- agent key='m-1': !23505 comments_external_key

-- play: nobody changes a comment, a history or a tag
update ringfence.<table> set <set>;
-- let: table=comments set=body='x'
-- owner agent requester nobody analyst: !42501
-- owner set=group_key='{second}': !42501
-- owner agent table=ticket_events set=kind='x': !42501
-- owner agent table=tags set=tag='x': !42501
-- owner nobody auditor_login table=audit_events set=action='x': !42501
-- owner nobody auditor_login table=audit_inbox set=action='x': !42501
-- owner nobody auditor_login table=installation_events set=action='x': !42501

-- play: who writes which ticket's history, as whom
insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version, changes, created_at)
values ('<tenant>', '{new}', '<ticket>', '<requester>', '<group>', '<actor>', 'ticket.updated', '<visibility>', 2, '{}', <at>);
-- effects
-- let: tenant={acme} ticket={ticket1} requester={asker} group={first} actor=<me> visibility=internal at=now()
-- owner admin agent service[ticket.read,ticket.change] grouped_agent light_agent: #1 / ticket_events a+1
-- service[ticket.read,ticket.import] at=now()-interval'1d': #1 / ticket_events a+1
-- owner agent grouped_agent light_agent service[ticket.read,ticket.change] at=now()-interval'1d': !42501
-- auditor service[ticket.read]: !42501
-- requester ticket={ticket3} requester={requester} group={none} at=now()-interval'1d': !42501
-- service[ticket.read.own] ticket={ticket3} requester={service} group={none}: !42501
-- owner agent service[ticket.read] grouped_agent light_agent tenant={globex}: !42501
-- owner agent service[ticket.read] grouped_agent light_agent actor={asker}: !42501
-- grouped_agent light_agent ticket={ticket2} group={second}: !42501
-- grouped_agent ticket={ticket2} group={first}: !23503 ticket_events_ticket_fkey
-- agent ticket={foreign_ticket} requester={outsider} group={foreign_group}: !23503 ticket_events_ticket_fkey
-- service[] service[ticket.change] service[ticket.read.group] nobody requester: !42501
-- requester ticket={ticket3} requester={requester} group={none}: #1 / ticket_events a+1
-- requester ticket={ticket3} requester={requester} group={none} tenant={globex}: !42501
-- requester ticket={ticket3} requester={requester} group={none} actor={agent}: !42501
-- requester ticket={ticket1} requester={requester} group={first}: !23503 ticket_events_ticket_fkey
-- service[comment.read.own] ticket={ticket3} requester={service} group={none}: !42501

-- play: who adds a tag
insert into ringfence.tags (tenant_id, tag) values ('<tenant>', '<tag>');
-- effects
-- let: tenant={acme} tag=new
-- owner admin agent grouped_agent service[ticket.create] service[ticket.create.group]: #1 / tags a+1
-- light_agent requester auditor service[ticket.read] service[ticket.create.own] nobody: !42501
-- owner agent grouped_agent tenant={globex}: !42501
-- agent tag=fire: !23505 tags_pkey
-- agent tag=foreign: #1 / tags a+1

-- play: a tag that is there is no matter, and one of another tenant no secret
insert into ringfence.tags (tenant_id, tag) values ('{acme}', 'fire'), ('{acme}', 'foreign') on conflict do nothing;
-- effects
-- agent: #1 / tags a+1

-- play: by which of their rights somebody does something to a row
select ringfence.rule_of('<right>', '{<group>}', '{<requester>}');
-- let: right=ticket.change group=first requester=asker
-- owner agent: ticket.change
-- grouped_agent: ticket.change.group
-- grouped_agent group=second: null
-- light_agent: null
-- light_agent right=comment.create: comment.note.group
-- requester right=comment.create group=second requester=requester: comment.create.own
-- nobody: null

-- play: which list of a member's groups a right goes by
select ringfence.access_of('<right>');
-- let: right=comment.read.group
-- root: 1
-- root right=ticket.create.group: 2
-- root right=ticket.change.group: 3
-- root right=ticket.escalate.group: 3
-- root right=comment.create.group: 3
-- root right=ticket.read.group: 4
