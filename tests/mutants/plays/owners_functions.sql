-- The owner's narrow functions: what each does, for whom, and what it leaves behind.

-- play: a status follows another
select string_agg(a || '>' || b, ' ' order by x, y) from unnest(array['new','open','pending','on_hold','solved','closed','x']) with ordinality s (a, x), unnest(array['new','open','pending','on_hold','solved','closed','x']) with ordinality t (b, y) where ringfence.status_may_follow(a, b);
-- agent: new>new new>open new>pending new>on_hold new>solved open>new open>open open>pending open>on_hold open>solved pending>new pending>open pending>pending pending>on_hold pending>solved on_hold>new on_hold>open on_hold>pending on_hold>on_hold on_hold>solved solved>open solved>solved solved>closed x>x

-- play: a block of numbers is taken from the counter of the tenant entered
select ringfence.reserve_ticket_numbers(<block>);
-- effects
-- after:
select string_agg(last::text, ' ' order by tenant_id) from ringfence.ticket_counters;
-- let: block=20
-- owner agent grouped_agent requester: 10 / ticket_counters a+1-1 / 29 9
-- service[ticket.create] service[ticket.create.group] service[ticket.create.own]: 10 / ticket_counters a+1-1 / 29 9
-- light_agent auditor service[] service[ticket.change,ticket.import]: !42501
-- agent@globex: 10 / ticket_counters b+1-1 / 9 29
-- agent block=1: 10 / ticket_counters a+1-1 / 10 9
-- agent block=1000: 10 / ticket_counters a+1-1 / 1009 9
-- agent block=0: !22023
-- agent block=-5: !22023
-- agent block=1001: !22023
-- agent block=null: !22023
-- nobody: !RF003
-- analyst auditor_login operator dispatcher: !42501

-- play: a comment of this transaction moves its ticket up, and nothing else does
-- forging:
insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body) select '{acme}', '{new}', '{ticket3}', '{requester}', '{none}', '<me>', '<visibility>', 'x' where <said>;
-- sql:
select ringfence.touch_ticket('<ticket>');
-- after:
select string_agg(format('%s%s v%s', left(tenant_id::text, 1), number, version), ' ' order by tenant_id, number) from ringfence.tickets where updated_at = transaction_timestamp();
-- let: said=true ticket={ticket3} visibility=public
-- agent requester owner:  / a3 v1
-- agent said=false:  / null
-- agent visibility=internal:  / null
-- agent ticket={ticket1}:  / null
-- agent ticket={foreign_ticket}:  / null
-- analyst auditor_login operator said=false: !42501

-- play: a closed ticket takes no comment of this transaction, and tells nothing without one
-- before:
update ringfence.tickets set status = 'closed', closed_at = now() where tenant_id = '{acme}' and number = <closed>;
-- forging:
insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body) select '{acme}', '{new}', '{ticket3}', '{requester}', '{none}', '<me>', '<visibility>', 'x' where <said>;
-- sql:
select ringfence.touch_ticket('<ticket>');
-- let: closed=3 said=true ticket={ticket3} visibility=public
-- agent requester: !RF013
-- agent visibility=internal: !RF013
-- agent closed=1: 
-- agent ticket={ticket1}: 
-- agent said=false: 
-- agent closed=1 ticket={ticket1}: 

-- play: a ticket that another tenant has closed, or commented, is not closed by that here
-- before:
insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body, created_at) values (<where>, '{new}', '{ticket1}', '{asker}', '{first}', '{agent}', 'public', 'x', transaction_timestamp());
update ringfence.tickets set status = 'closed', closed_at = now() where tenant_id = <closed> and ticket_id = '{ticket1}';
-- sql:
select ringfence.touch_ticket('{ticket1}');
-- let: where='{globex}' closed='{acme}'
-- agent: 
-- agent closed='{globex}': 
-- agent where='{acme}': !RF013

-- play: a ticket that was changed later is not put back
-- before:
update ringfence.tickets set updated_at = '2030-01-01' where tenant_id = '{acme}';
-- forging:
insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body) values ('{acme}', '{new}', '{ticket3}', '{requester}', '{none}', '<me>', 'public', 'x');
-- sql:
select ringfence.touch_ticket('{ticket3}');
-- after:
select updated_at::date from ringfence.tickets where tenant_id = '{acme}' and number = 3;
-- agent:  / 2030-01-01

-- play: a ticket that is not one's own to change is not touched by a comment elsewhere
-- before:
insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body, created_at) values (<where>, '{new}', '{ticket1}', '{asker}', '{first}', '{agent}', 'public', 'x', transaction_timestamp());
-- sql:
select ringfence.touch_ticket('<ticket>');
-- after:
select string_agg(left(tenant_id::text, 1) || number, ' ') from ringfence.tickets where updated_at = transaction_timestamp();
-- let: where='{globex}' ticket={ticket1}
-- agent:  / null
-- agent where='{acme}':  / a1
-- agent where='{acme}' ticket={ticket2}:  / null
-- nobody where='{acme}':  / null

-- play: who may change tickets and sees but their own hands over those alone
-- before:
update ringfence.tickets set requester_id = '{service}' where tenant_id = '{acme}' and ticket_id = '<own>';
-- sql:
select count(*) from ringfence.transfer_ticket('{ticket1}', 1, '{second}', null, '{new}');
-- let: own={ticket1}
-- service[ticket.change,ticket.read.own] service[ticket.change,ticket.read]: 1
-- service[ticket.change,ticket.read.own] own={ticket2}: 0
-- service[ticket.change,ticket.read.group] service[ticket.change] service[ticket.read.own]: 0

-- play: what this very change has closed is handed over all the same
-- before:
update ringfence.tickets set status = 'closed', closed_at = <closed> where tenant_id = '{acme}' and number = 1;
-- sql:
select count(*) from ringfence.transfer_ticket('{ticket1}', 1, '{second}', null, '{new}');
-- let: closed=transaction_timestamp()
-- agent grouped_agent: 1
-- agent grouped_agent closed='2026-03-01': 0

-- play: who hands which ticket over
select number, group_id, assignee_id, version from ringfence.transfer_ticket('<ticket>', <version>, <group>, <assignee>, '{new}');
-- effects
-- after:
select left(e.tenant_id::text, 1), e.ticket_id, e.requester_id, e.group_key, e.actor_id, e.kind, e.visibility, e.version, e.changes, t.updated_at = transaction_timestamp() from ringfence.ticket_events e join ringfence.tickets t using (tenant_id, ticket_id) where e.ticket_event_id = '{new}';
-- let: ticket={ticket1} version=1 group='{second}' assignee='{agent}'
-- agent owner service[ticket.read,ticket.change]: 1|second|agent|2 / comments a+2-2, ticket_events a+3-2, tickets a+1-1 / a|ticket1|asker|second|<me>|ticket.assigned|internal|2|{"group_id": ["first", "second"], "assignee_id": [null, "agent"]}|t
-- grouped_agent: 1|second|agent|2 / comments a+2-2, ticket_events a+3-2, tickets a+1-1 / a|ticket1|asker|second|<me>|ticket.assigned|internal|2|{"group_id": ["first", "second"], "assignee_id": [null, "agent"]}|t
-- grouped_agent group=null assignee=null: 1|null|null|2 / comments a+2-2, ticket_events a+3-2, tickets a+1-1 / a|ticket1|asker|none|<me>|ticket.assigned|internal|2|{"group_id": ["first", null]}|t
-- agent ticket={ticket2} group='{first}' assignee=null: 2|first|null|2 / comments a+2-2, ticket_events a+3-2, tickets a+1-1 / a|ticket2|asker|first|<me>|ticket.assigned|internal|2|{"group_id": ["second", "first"], "assignee_id": ["agent", null]}|t
-- agent group='{first}' assignee=null: 1|first|null|2 / ticket_events a+1, tickets a+1-1 / a|ticket1|asker|first|<me>|ticket.assigned|internal|2|{}|t
-- grouped_agent ticket={ticket2}: nothing / unchanged / nothing
-- grouped_agent agent ticket={ticket4}: nothing / unchanged / nothing
-- grouped_agent agent version=2: nothing / unchanged / nothing
-- agent ticket={foreign_ticket}: nothing / unchanged / nothing
-- light_agent requester auditor service[ticket.read] nobody: nothing / unchanged / nothing
-- agent group='{foreign_group}': !23503 tickets_group_fkey
-- agent assignee='{outsider}': !23503 tickets_assignee_fkey
-- agent assignee='{asker}': !23503 tickets_assignee_fkey
-- analyst auditor_login operator: !42501

-- play: a requester solves or reopens their own ticket, and nothing else
-- before:
update ringfence.tickets set status = '<was>', closed_at = case '<was>' when 'closed' then now() end where number = 3;
-- sql:
select number, status, version, updated_at = transaction_timestamp() from ringfence.resolve_own_ticket('<ticket>', <version>, '<status>');
-- after:
select string_agg(format('%s%s %s v%s', left(tenant_id::text, 1), number, status, version), ' ' order by tenant_id, number) from ringfence.tickets where version <> 1;
-- let: was=new ticket={ticket3} version=1 status=solved
-- requester: 3|solved|2|t / a3 solved v2
-- requester was=solved status=open: 3|open|2|t / a3 open v2
-- requester was=closed status=open: nothing / null
-- requester was=solved status=closed: nothing / null
-- requester status=pending: nothing / null
-- requester status=new: nothing / null
-- requester version=2: nothing / null
-- requester ticket={ticket4}: nothing / null
-- requester ticket={ticket1}: nothing / null
-- requester@globex: 3|solved|2|t / b3 solved v2
-- owner agent grouped_agent light_agent auditor service[ticket.change] service[ticket.read.own] nobody: nothing / null
-- analyst auditor_login operator: !42501

-- play: who may solve what is theirs and does not see it solves nothing
-- before:
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions) values ('{acme}', '{new}', 'solver', '<rights>');
update ringfence.members set role = 'custom', role_id = '{new}' where tenant_id = '{acme}' and member_id = '{grouped_agent}';
update ringfence.tickets set requester_id = '{grouped_agent}' where tenant_id = '{acme}' and ticket_id = '<own>';
-- sql:
select count(*) from ringfence.resolve_own_ticket('<own>', 1, 'solved');
-- let: own={ticket1} rights={ticket.resolve.own}
-- grouped_agent: 0
-- grouped_agent rights={ticket.read}: 0
-- grouped_agent rights={ticket.resolve.own,ticket.read}: 1
-- grouped_agent rights={ticket.resolve.own,ticket.read.own}: 1
-- grouped_agent rights={ticket.resolve.own,ticket.read.group}: 1
-- grouped_agent rights={ticket.resolve.own,ticket.read.group} own={ticket2}: 0
