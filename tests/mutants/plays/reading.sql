-- Who reads which rows of which table. The first letter of a row is its tenant's: a is acme, b is globex.

-- play: tickets are read whole, in groups, or as the requester
select string_agg(left(tenant_id::text, 1) || number, ' ' order by tenant_id, number) from ringfence.tickets;
-- owner admin agent auditor service[ticket.read]: a1 a2 a3 a4
-- grouped_agent light_agent: a1 a4
-- requester: a3 a4
-- service[] service[ticket.change] service[ticket.read.group] nobody: null
-- service[ticket.read.own]: null
-- definer: a1 a2 a3 a4
-- owner_role: null
-- agent@globex outsider@globex: b1 b2 b3 b4 b9

-- play: comments are read with their ticket: whole, in groups, or publicly by its requester
select string_agg(left(tenant_id::text, 1) || replace(right(comment_id::text, 2), '{', ''), ' ' order by tenant_id, comment_id), string_agg(distinct visibility, ' ' order by visibility) from ringfence.comments;
-- owner admin agent auditor service[ticket.read,comment.read] definer: a34 a35 a36 a37 a38 a39|internal public
-- grouped_agent light_agent: a34 a35|internal public
-- requester: a38|public
-- service[] service[ticket.read] service[comment.read] service[comment.read.group] nobody owner_role: null|null
-- service[ticket.read.group,comment.read] service[ticket.read.own,comment.read]: null|null
-- service[ticket.read,comment.read.group] service[ticket.read,comment.read.own]: null|null

-- play: a ticket's history is read where the ticket is
select string_agg(left(tenant_id::text, 1) || right(ticket_event_id::text, 2), ' ' order by tenant_id, ticket_event_id), string_agg(distinct visibility, ' ' order by visibility) from ringfence.ticket_events;
-- owner admin agent auditor service[ticket.read]: a34 a35 a36 a37 a38 a39|internal public
-- grouped_agent light_agent: a34 a35|internal public
-- requester: a38|public
-- service[] service[comment.read] nobody owner_role definer: null|null

-- play: contacts are read by staff, and oneself
select count(*), min(left(tenant_id::text, 1)), max(left(tenant_id::text, 1)), min(name) filter (where (select count(*) from ringfence.contacts) = 1) from ringfence.contacts;
-- owner admin agent grouped_agent light_agent auditor service[contact.read] definer: 10|a|a|null
-- requester: 1|a|a|acme requester
-- service[]: 1|a|a|acme service
-- nobody owner_role: 0|null|null|null

-- play: members are read by staff, and oneself
select count(*), min(left(tenant_id::text, 1)), max(left(tenant_id::text, 1)), min(role) filter (where (select count(*) from (select tenant_id from ringfence.members) one) = 1) from (select tenant_id, role from ringfence.members) m;
-- owner admin agent grouped_agent light_agent auditor service[member.read] definer: 8|a|a|null
-- requester: 1|a|a|requester
-- service[contact.read]: 1|a|a|service
-- nobody owner_role: 0|null|null|null

-- play: what staff alone reads
select count(*), min(left(tenant_id::text, 1)), max(left(tenant_id::text, 1)) from ringfence.<table>;
-- let: table=groups
-- owner admin agent grouped_agent light_agent auditor service[group.read]: 3|a|a
-- definer: 3|a|a
-- requester service[group.manage] nobody owner_role: 0|null|null
-- owner admin agent grouped_agent light_agent auditor service[member.read] definer table=group_members: 2|a|a
-- requester service[member.manage] nobody owner_role table=group_members: 0|null|null
-- owner admin agent grouped_agent light_agent auditor service[organization.read] table=organizations: 2|a|a
-- requester service[organization.change] nobody owner_role definer table=organizations: 0|null|null
-- owner admin agent grouped_agent light_agent auditor service[group.read] table=tags: 1|a|a
-- requester service[ticket.read] nobody owner_role definer table=tags: 0|null|null
-- owner admin service[member.manage] table=memberships: 8|a|a
-- agent auditor requester service[member.read] nobody table=memberships: 0|null|null
-- definer owner_role table=memberships: 17|a|b
-- owner admin auditor service[audit.read] table=audit_events: 2|a|a
-- agent grouped_agent light_agent requester service[ticket.read] nobody definer owner_role table=audit_events: 0|null|null
-- owner agent table=idempotency_keys: 1|a|a
-- admin requester service[ticket.read] nobody owner_role table=idempotency_keys: 0|null|null
-- definer table=idempotency_keys: 2|a|a
-- definer table=audit_heads: 1|a|a
-- owner_role table=audit_heads: 0|null|null
-- definer table=ticket_counters: 1|a|a
-- owner_role table=ticket_counters: 0|null|null
-- definer owner_role table=audit_inbox: 4|0|b
-- definer owner_role table=reporting_logins: 2|a|b

-- play: a tenant sees its own row alone
select string_agg(slug || ' ' || name || ' ' || status, ', ' order by slug) from (select tenant_id, slug, name, status, created_at from ringfence.tenants) t;
-- owner requester service[]: acme acme name active
-- agent@globex: globex globex name active
-- nobody: null
-- owner_role definer: acme acme name active, globex globex name active

-- play: what belongs to no tenant is read by the owner's functions, the auditor's login its own trail
select count(*) > 0 from ringfence.<table>;
-- let: table=identities
-- owner_role: t
-- agent nobody operator auditor_login analyst: !42501
-- owner_role table=keys: t
-- agent nobody operator auditor_login analyst table=keys: !42501
-- auditor_login table=installation_events: t
-- owner_role table=installation_events: f
-- agent nobody operator analyst table=installation_events: !42501
-- agent nobody operator auditor_login analyst table=audit_inbox: !42501
-- agent nobody operator auditor_login analyst table=audit_heads: !42501
-- agent nobody operator auditor_login analyst table=ticket_counters: !42501
-- agent nobody operator auditor_login analyst table=reporting_logins: !42501
-- operator dispatcher auditor_login table=tickets: !42501

-- play: an analyst reads its tenant whole, through the views and the columns under them
-- but: walls
select count(*), min(left(<tenant>::text, 1)), max(left(<tenant>::text, 1)) from <table>;
-- let: table=ringfence.tickets tenant=tenant_id
-- analyst: 4|a|a
-- analyst table=ringfence.comments: 6|a|a
-- analyst table=reporting.tickets tenant=subject: 4|a|a
-- analyst table=reporting.comments tenant=body: 6|a|a
-- analyst table=ringfence.contacts: !42501
-- analyst table=ringfence.members: !42501
-- analyst table=ringfence.audit_events: !42501
-- nobody table=reporting.tickets tenant=subject: !42501
-- nobody table=reporting.comments tenant=body: !42501

-- play: an analyst's columns are the documented ones
-- but: walls
select count(<column>) from ringfence.<table>;
-- let: table=tickets column=group_key
-- analyst: !42501
-- analyst column=version: !42501
-- analyst table=comments column=external_id: !42501
-- analyst table=comments column=requester_id: !42501

-- play: an analyst's view shows every column it has
-- but: walls
select ticket_id, number, subject, status, status_category, priority, type, tags, requester_id, assignee_id, group_id, organization_id, external_source, external_id, created_at::date, updated_at::date, closed_at from reporting.tickets where number = 1;
-- analyst: ticket1|1|acme ticket 1|new|new|normal|question|{fire}|asker|null|first|org|demo|t-1|2026-01-02|2026-03-02|null

-- play: an analyst's comments are whole
-- but: walls
select comment_id, ticket_id, author_id, visibility, body, created_at::date from reporting.comments where comment_id = '{c1i}';
-- analyst: c1i|ticket1|agent|internal|acme internal|2026-03-02

-- play: who entered as a member does not read by the analysts' door, even if the service's login were let into their group
-- but: walls
-- before:
grant ringfence_reporting to ringfence_app;
-- sql:
select (select string_agg(number::text, ' ' order by number) from ringfence.tickets), (select count(*) from ringfence.comments);
-- requester: 3 4|1
-- service[]: null|0
-- nobody: null|0
