-- The queries on tickets and comments, played with policies and without: each condition matters to somebody.

-- play: one ticket by its id
-- query: tickets/get.sql
-- show: ticket_id number subject version
-- let: 1={acme} 2={ticket1}
-- owner: ticket1|1|acme ticket 1|1
-- owner 2={ticket2}: ticket2|2|acme ticket 2|1
-- owner 2={foreign_ticket}: nothing
-- owner@globex 1={globex}: ticket1|1|globex ticket 1|1

-- play: one ticket by its number
-- query: tickets/get_by_number.sql
-- show: ticket_id subject
-- let: 1={acme} 2=2
-- owner: ticket2|acme ticket 2
-- owner 2=9: nothing

-- play: which of what a ticket names is here
-- query: tickets/named.sql
-- let: 1={acme} 2={asker} 3={agent} 4={first} 5={org}
-- owner: requester_id; assignee_id; group_id; organization_id
-- owner 2={outsider}: assignee_id; group_id; organization_id
-- owner 3={outsider}: requester_id; group_id; organization_id
-- owner 4={foreign_group}: requester_id; assignee_id; organization_id
-- owner 5={foreign_org}: requester_id; assignee_id; group_id
-- owner 2=null 3=null 4=null 5=null: nothing

-- play: a ticket is made with its comment, its history and its event
-- query: tickets/create.sql
-- show: ticket_id number subject status requester_id group_id
-- effects
-- let: 1={acme} 2={new} 3=50 4=made 5=high 6=task 7={asker} 8={first} 9=null 10=null 11={a,fire} 12=null 13=null 14=body 15={new} 16={new}
-- owner: new|50|made|new|asker|first / audit_inbox a+2, comments a+1, tags a+1, ticket_events a+1, tickets a+1
-- owner 14=null: new|50|made|new|asker|first / audit_inbox a+1, tags a+1, ticket_events a+1, tickets a+1

-- play: a ticket is changed if the version is the one expected and the status may follow
-- query: tickets/change.sql
-- show: ticket_id subject status version closed_at assignee_id
-- effects
-- after:
select string_agg(format('%s %s', i.action, i.details), ', ') || '; ' || (select string_agg(format('%s %s %s %s', e.kind, e.version, e.visibility, e.changes), ', ' order by e.ticket_event_id) from ringfence.ticket_events e where e.ticket_event_id in ('{new}', '{new2}')) from ringfence.audit_inbox i where i.recorded_at > '2026-02-01';
-- let: 1={acme} 2={ticket1} 3=1 4={"subject":"x"} 5=ticket.updated 6={new} 7={new2}
-- owner: ticket1|x|new|null|2|null / audit_inbox a+1, ticket_events a+1, tickets a+1-1 / ticket.updated {"fields": ["subject"]}; ticket.updated 2 internal {"subject": ["acme ticket 1", "x"]}
-- owner 3=2: nothing / unchanged / null
-- owner 2={ticket4}: nothing / unchanged / null
-- owner 2={foreign_ticket}: nothing / unchanged / null
-- owner 4={"status":"closed"}: nothing / unchanged / null
-- owner 4={"status":"solved"} 5=ticket.status_set: ticket1|acme ticket 1|solved|null|2|null / audit_inbox a+1, ticket_events a+1, tickets a+1-1 / ticket.status_set {"fields": ["status"]}; ticket.status_set 2 public {"status": ["new", "solved"]}
-- owner 4={"tags":["new"]}: ticket1|acme ticket 1|new|null|2|null / audit_inbox a+1, tags a+1, ticket_events a+1, tickets a+1-1 / ticket.updated {"fields": ["tags"]}; ticket.updated 2 internal {"tags": [["fire"], ["new"]]}
-- owner 4={"subject":"acme_ticket"}: ticket1|acme_ticket|new|null|2|null / audit_inbox a+1, ticket_events a+1, tickets a+1-1 / ticket.updated {"fields": ["subject"]}; ticket.updated 2 internal {"subject": ["acme ticket 1", "acme_ticket"]}
-- owner 4={"group_id":"{second}"}: ticket1|acme ticket 1|new|null|2|null / audit_inbox a+1, comments a+2-2, ticket_events a+3-2, tickets a+1-1 / ticket.updated {"fields": ["group_id"]}; ticket.updated 2 internal {"group_id": ["first", "second"]}
-- owner 2={ticket2}: ticket2|x|open|agent|2|null / audit_inbox a+1, ticket_events a+1, tickets a+1-1 / ticket.updated {"fields": ["subject"]}; ticket.updated 2 internal {"subject": ["acme ticket 2", "x"]}
-- owner 4={"status":"solved","subject":"x"}: ticket1|x|solved|null|2|null / audit_inbox a+1, ticket_events a+2, tickets a+1-1 / ticket.updated {"fields": ["status", "subject"]}; ticket.updated 2 public {"status": ["new", "solved"]}, ticket.updated 2 internal {"subject": ["acme ticket 1", "x"]}
-- owner 4={"status":"solved","priority":"normal"}: ticket1|acme ticket 1|solved|null|2|null / audit_inbox a+1, ticket_events a+2, tickets a+1-1 / ticket.updated {"fields": ["status"]}; ticket.updated 2 public {"status": ["new", "solved"]}, ticket.updated 2 internal {}
-- owner 4={"status":"new","subject":"x"}: ticket1|x|new|null|2|null / audit_inbox a+1, ticket_events a+1, tickets a+1-1 / ticket.updated {"fields": ["subject"]}; ticket.updated 2 internal {"subject": ["acme ticket 1", "x"]}
-- owner 4={"status":"new"}: ticket1|acme ticket 1|new|null|2|null / audit_inbox a+1, ticket_events a+1, tickets a+1-1 / ticket.updated {"fields": []}; ticket.updated 2 public {}
-- owner 4={}: ticket1|acme ticket 1|new|null|2|null / audit_inbox a+1, ticket_events a+1, tickets a+1-1 / ticket.updated {"fields": []}; ticket.updated 2 internal {}

-- play: a change that leaves the tags makes no word
-- before:
delete from ringfence.tags;
-- query: tickets/change.sql
-- show: ticket_id
-- after:
select count(*) from ringfence.tags;
-- let: 1={acme} 2={ticket1} 3=1 4={"subject":"x"} 5=ticket.updated 6={new} 7={new2}
-- owner: ticket1 / 0

-- play: numbers are reserved for the tenant entered alone
-- query: tickets/reserve_numbers.sql
-- effects
-- let: 1={acme} 2=5
-- owner: 10 / ticket_counters a+1-1
-- owner 1={globex}: nothing / unchanged

-- play: a requester solves their ticket, with its history and event
-- query: tickets/resolve_own.sql
-- show: ticket_id status
-- effects
-- let: 1={acme} 2={ticket3} 3=1 4=solved 5={new}
-- requester: ticket3|solved / audit_inbox a+1, ticket_events a+1, tickets a+1-1
-- requester 1={globex}: nothing / tickets a+1-1
-- requester 2={ticket1}: nothing / unchanged

-- play: a ticket is handed over, with its event
-- query: tickets/transfer.sql
-- show: ticket_id group_id
-- effects
-- let: 1={acme} 2={ticket1} 3=1 4={second} 5=null 6={new}
-- grouped_agent: ticket1|second / audit_inbox a+1, comments a+2-2, ticket_events a+3-2, tickets a+1-1
-- grouped_agent 1={globex}: nothing / comments a+2-2, ticket_events a+3-2, tickets a+1-1

-- play: what is written of a ticket handed over
-- query: tickets/transfer.sql
-- show: group_id
-- after:
select i.details from ringfence.audit_inbox i where i.recorded_at > '2026-02-01';
-- let: 1={acme} 2={ticket1} 3=1 4={second} 5=null 6={new}
-- grouped_agent: second / {"fields": ["group_id"]}
-- agent 4={first} 5={agent}: first / {"fields": ["assignee_id"]}
-- agent 2={ticket2} 4={first}: first / {"fields": ["assignee_id", "group_id"]}

-- play: a ticket's history
-- query: tickets/list_events.sql
-- choose: created_at:ascending
-- show: ticket_id visibility
-- let: tenant_id={acme} ticket_id={ticket1} limit=10
-- owner: ticket1|public; ticket1|internal
-- owner ticket_id={foreign_ticket}: nothing

-- play: a page of a ticket's history after a place
-- query: tickets/list_events.sql
-- choose: created_at:after created_at:ascending
-- show: created_at
-- let: tenant_id={acme} ticket_id={ticket1} limit=10 key_time=2026-03-01 key_id={absent}
-- owner key_id=ffffffff-ffff-ffff-ffff-ffffffffffff: 2026-03-02 00:00:00+00

-- play: a page of a ticket's history before a place
-- query: tickets/list_events.sql
-- choose: created_at:before created_at:descending
-- show: created_at
-- let: tenant_id={acme} ticket_id={ticket1} limit=10 key_time=2026-03-02 key_id={none}
-- owner: 2026-03-01 00:00:00+00

-- play: all tickets
-- query: tickets/list.sql
-- choose: number:ascending
-- show: number subject
-- let: tenant_id={acme} limit=10
-- owner: 1|acme ticket 1; 2|acme ticket 2; 3|acme ticket 3; 4|acme ticket 4
-- owner limit=2: 1|acme ticket 1; 2|acme ticket 2
-- owner@globex tenant_id={globex}: 1|globex ticket 1; 2|globex ticket 2; 3|globex ticket 3; 4|globex ticket 4; 9|globex ticket 9

-- play: a filter of the list of tickets
-- query: tickets/list.sql
-- choose: <choose> number:ascending
-- show: number
-- let: tenant_id={acme} limit=10
-- each: as_requester member_id={requester}: 3; 4
-- each: in_groups group_ids={{first}}: 1; 4
-- each: status status={open}: 2
-- each: priority priority={high}: nothing
-- each: assignee_id assignee_id={agent}: 2
-- each: requester_id requester_id={asker}: 1; 2
-- each: group_id group_id={second}: 2
-- each: organization_id organization_id={org}: 1
-- each: tag tag=fire: 1
-- each: created_after created_after=2026-01-04: 3; 4
-- each: created_before created_before=2026-01-04: 1; 2
-- each: updated_after updated_after=2026-03-04: 3; 4
-- each: updated_before updated_before=2026-03-04: 1; 2
-- each: updated_at:after key_time=2026-03-03 key_id={absent}: 3; 4
-- each: updated_at:before key_time=2026-03-03 key_id={none}: 1
-- each: created_at:after key_time=2026-01-03 key_id={absent}: 3; 4
-- each: created_at:before key_time=2026-01-03 key_id={none}: 1
-- each: number:after key_number=2: 3; 4
-- each: number:before key_number=2: 1

-- play: tickets are counted as they are listed
-- query: tickets/count.sql
-- let: tenant_id={acme} most=10
-- owner: 4
-- owner most=3: 3

-- play: a filter of the count of tickets
-- query: tickets/count.sql
-- choose: <choose>
-- let: tenant_id={acme} most=10
-- each: as_requester member_id={requester}: 2
-- each: in_groups group_ids={{first}}: 2
-- each: status status={open}: 1
-- each: priority priority={high}: 0
-- each: assignee_id assignee_id={agent}: 1
-- each: requester_id requester_id={asker}: 2
-- each: group_id group_id={second}: 1
-- each: organization_id organization_id={org}: 1
-- each: tag tag=fire: 1
-- each: created_after created_after=2026-01-05: 1
-- each: created_before created_before=2026-01-05: 3
-- each: updated_after updated_after=2026-03-05: 1
-- each: updated_before updated_before=2026-03-05: 3

-- play: one comment of one ticket
-- query: comments/get.sql
-- show: comment_id body
-- let: 1={acme} 2={ticket1} 3={c1p}
-- owner: c1p|acme public
-- owner 2={ticket2}: nothing
-- owner 3={c1i}: c1i|acme internal

-- play: a comment is made on a ticket of the tenant, with its history and event
-- query: comments/create.sql
-- show: comment_id ticket_id author_id visibility body
-- effects
-- let: 1={acme} 2={ticket1} 3={new} 4=public 5=said 6={new}
-- owner: new|ticket1|owner|public|said / audit_inbox a+1, comments a+1, ticket_events a+1, tickets a+1-1
-- owner 2={foreign_ticket}: nothing / unchanged

-- play: the comments of a ticket
-- query: comments/list.sql
-- choose: created_at:ascending
-- show: body
-- let: tenant_id={acme} ticket_id={ticket1} limit=10
-- owner: acme public; acme internal
-- owner limit=1: acme public

-- play: a filter of the comments of a ticket
-- query: comments/list.sql
-- choose: <choose> created_at:ascending
-- show: body
-- let: tenant_id={acme} ticket_id={ticket1} limit=10
-- each: visibility visibility=internal: acme internal
-- each: created_at:after key_time=2026-03-01 key_id={absent}: acme internal
-- each: created_at:before key_time=2026-03-02 key_id={none}: acme public

-- play: the trail of the tenant
-- query: audit/list.sql
-- choose: number:ascending
-- show: position action
-- let: tenant_id={acme} limit=10
-- owner: 1|ticket.read; 2|member.added

-- play: a filter of the trail
-- query: audit/list.sql
-- choose: <choose> number:ascending
-- show: position
-- let: tenant_id={acme} limit=10
-- each: actor_id actor_id={agent}: 1
-- each: action action=member.added: 2
-- each: object_type object_type=ticket: 1
-- each: object_id object_id={agent}: 2
-- each: decision decision=deny: 2
-- each: request_id request_id={r_one}: 1
-- each: recorded_after recorded_after=2026-01-03: 2
-- each: recorded_before recorded_before=2026-01-03: 1
-- each: number:after key_number=1: 2
-- each: number:before key_number=2: 1

-- play: an answer kept is found by the member who kept it, for a day
-- before:
update ringfence.idempotency_keys set created_at = transaction_timestamp() - interval '<age>';
insert into ringfence.idempotency_keys (tenant_id, member_id, subject_id, rights, route, key, body_hash, status, headers, body)
select k.tenant_id, k.member_id, k.subject_id, k.rights, o.route, o.key, k.body_hash, 200, '{}', o.body
  from ringfence.idempotency_keys k, (values ('other', 'k-1', 'other route'), ('createTicket', 'k-9', 'other key')) o (route, key, body) where k.tenant_id = '{acme}' and k.member_id = '{owner}';
-- query: idempotency/find.sql
-- show: taken body
-- let: 1={acme} 2=createTicket 3=k-1 age=1hour
-- owner: t|acme answer
-- agent: t|acme answer
-- requester: t|null
-- owner 2=other: t|other route
-- owner 3=k-9: t|other key
-- owner 3=k-0: t|null
-- owner age=25hours: t|null
-- owner age=23hours: t|acme answer
-- owner@globex 1={globex}: t|globex answer

-- play: keeping an answer forgets the member's stale ones
-- before:
update ringfence.idempotency_keys set created_at = transaction_timestamp() - interval '<age>' where member_id <> '{admin}';
-- query: idempotency/keep.sql
-- after:
select string_agg(format('%s %s %s', left(tenant_id::text, 1), member_id, key), ', ' order by tenant_id, member_id, key) from ringfence.idempotency_keys;
-- let: 1={acme} 2=createTicket 3=k-5 4=\x0000000000000000000000000000000000000000000000000000000000000000 5=201 6={} 7=x age=1hour
-- owner: #1 / a owner k-1, a owner k-5, a agent k-1, b owner k-1, b agent k-1
-- owner age=25hours: #1 / a owner k-5, a agent k-1, b owner k-1, b agent k-1

-- play: the tenant entered, and the caller's role in it
-- query: tenants/get.sql
-- show: slug role
-- let: 1={acme}
-- owner: acme|owner
-- agent: acme|agent
-- agent@globex 1={globex}: globex|agent
