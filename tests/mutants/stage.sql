-- Two tenants that are twins: the same ids, numbers and shapes in both, so that a statement which forgets its tenant
-- finds two rows where one is meant. The second has a few rows more, which the first may not learn of. Names in braces
-- stand for ids; the plays use the same.
insert into ringfence.tenants (tenant_id, slug, name) values ('{acme}', 'acme', 'acme name'), ('{globex}', 'globex', 'globex name');
insert into ringfence.identities (identity_id, issuer, subject)
select i.id::uuid, 'https://issuer.example', i.name
  from (values ('{i_owner}', 'owner'), ('{i_admin}', 'admin'), ('{i_agent}', 'agent'), ('{i_grouped_agent}', 'grouped_agent'),
               ('{i_light_agent}', 'light_agent'), ('{i_requester}', 'requester'), ('{i_auditor}', 'auditor'), ('{i_service}', 'service'),
               ('{i_outsider}', 'outsider'), ('{i_new}', 'new')) i (id, name);

create temp table twins as select t.tenant_id, t.slug from ringfence.tenants t;

insert into ringfence.organizations (tenant_id, organization_id, name, external_source, external_id, created_at)
select t.tenant_id, '{org}'::uuid, 'organization', 'crm', 'o-1', '2026-01-01'::timestamptz from twins t
union all select t.tenant_id, '{empty_org}', 'empty organization', null, null, '2026-01-02' from twins t
union all select '{globex}'::uuid, '{foreign_org}', 'foreign', 'crm', 'o-9', '2026-01-03';

insert into ringfence.contacts (tenant_id, contact_id, name, email, organization_id, external_source, external_id, created_at)
select t.tenant_id, c.id::uuid, t.slug || ' ' || c.name, c.name || '@example.org', c.organization::uuid, c.source, c.key, '2026-01-01'::timestamptz + c.day * interval '1 day'
  from twins t,
       (values ('{owner}', 'owner', null, null, null, 1), ('{admin}', 'admin', null, null, null, 2), ('{agent}', 'agent', null, null, null, 3),
               ('{grouped_agent}', 'grouped_agent', null, null, null, 4), ('{light_agent}', 'light_agent', null, null, null, 5),
               ('{requester}', 'requester', null, null, null, 6), ('{auditor}', 'auditor', null, null, null, 7), ('{service}', 'service', null, null, null, 8),
               ('{asker}', 'asker', '{org}', 'crm', 'c-1', 9), ('{silent}', 'silent', null, null, null, 10)) c (id, name, organization, source, key, day)
union all select '{globex}'::uuid, '{outsider}', 'globex outsider', 'outsider@example.org', null, 'crm', 'c-9', '2026-02-01';

insert into ringfence.members (tenant_id, member_id, identity_id, role, permissions, created_at)
select t.tenant_id, m.id::uuid, m.identity::uuid, m.role, case m.role when 'service' then '{}'::text[] end, '2026-01-01'::timestamptz + m.day * interval '1 day'
  from twins t,
       (values ('{owner}', '{i_owner}', 'owner', 1), ('{admin}', '{i_admin}', 'admin', 2), ('{agent}', '{i_agent}', 'agent', 3),
               ('{grouped_agent}', '{i_grouped_agent}', 'agent', 4), ('{light_agent}', '{i_light_agent}', 'light_agent', 5),
               ('{requester}', '{i_requester}', 'requester', 6), ('{auditor}', '{i_auditor}', 'auditor', 7), ('{service}', '{i_service}', 'service', 8)) m (id, identity, role, day)
union all select '{globex}'::uuid, '{outsider}', '{i_outsider}', 'agent', null, '2026-02-01';
insert into ringfence.memberships (identity_id, tenant_id) select m.identity_id, m.tenant_id from ringfence.members m;

insert into ringfence.groups (tenant_id, group_id, name, created_at)
select t.tenant_id, g.id::uuid, g.name, g.made::timestamptz
  from twins t, (values ('{first}', 'first', '2026-01-01'), ('{second}', 'second', '2026-01-02'), ('{vacant}', 'vacant', '2026-01-03')) g (id, name, made)
union all select '{globex}', '{foreign_group}', 'foreign', '2026-01-04';
insert into ringfence.group_members (tenant_id, member_id, group_id)
select t.tenant_id, m::uuid, '{first}' from twins t, unnest(array['{grouped_agent}', '{light_agent}']) m;

insert into ringfence.tickets (tenant_id, ticket_id, number, subject, status, requester_id, assignee_id, group_id, organization_id, tags,
                               external_source, external_id, created_at, updated_at, closed_at)
select t.tenant_id, k.id::uuid, k.number, t.slug || ' ticket ' || k.number, k.status, k.requester::uuid, k.assignee::uuid, k.grp::uuid, k.org::uuid, k.tags::text[],
       case when k.key is not null then 'demo' end, k.key, '2026-01-01'::timestamptz + k.number * interval '1 day', '2026-03-01'::timestamptz + k.number * interval '1 day',
       case k.status when 'closed' then '2026-03-01'::timestamptz end
  from twins t,
       (values ('{ticket1}', 1, 'new', '{asker}', null, '{first}', '{org}', '{"fire"}', 't-1'), ('{ticket2}', 2, 'open', '{asker}', '{agent}', '{second}', null, '{}', null),
               ('{ticket3}', 3, 'new', '{requester}', null, null, null, '{}', null), ('{ticket4}', 4, 'closed', '{requester}', null, '{first}', null, '{}', null))
         k (id, number, status, requester, assignee, grp, org, tags, key)
union all select '{globex}', '{foreign_ticket}', 9, 'globex ticket 9', 'new', '{outsider}', null, '{foreign_group}', null, '{}', 'demo', 't-9', '2026-01-10', '2026-03-10', null;

insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body, external_id, created_at)
select t.tenant_id, c.id::uuid, k.ticket_id, k.requester_id, k.group_key, '{agent}', c.visibility, t.slug || ' ' || c.visibility, c.key, c.made::timestamptz
  from twins t,
       (values ('{ticket1}', '{c1p}', 'public', 'm-1', '2026-03-01'), ('{ticket1}', '{c1i}', 'internal', null, '2026-03-02'), ('{ticket2}', '{c2p}', 'public', null, '2026-03-03'),
               ('{ticket2}', '{c2i}', 'internal', null, '2026-03-04'), ('{ticket3}', '{c3p}', 'public', null, '2026-03-05'), ('{ticket3}', '{c3i}', 'internal', null, '2026-03-06'))
         c (ticket, id, visibility, key, made)
  join ringfence.tickets k on k.ticket_id = c.ticket::uuid
 where k.tenant_id = t.tenant_id;
insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
values ('{globex}', '{foreign_comment}', '{foreign_ticket}', '{outsider}', '{foreign_group}', '{outsider}', 'public', 'globex foreign');

insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version, created_at)
select c.tenant_id, ('00000000-0000-7000-8001' || right(c.comment_id::text, 13))::uuid, c.ticket_id, c.requester_id, c.group_key, c.author_id, 'comment.created', c.visibility, 1, c.created_at
  from ringfence.comments c;
insert into ringfence.tags (tenant_id, tag) select t.tenant_id, 'fire' from twins t union all select '{globex}', 'foreign';

insert into ringfence.audit_heads (tenant_id, length) select t.tenant_id, 2 from twins t;
insert into ringfence.audit_events (tenant_id, position, event_id, xid, recorded_at, request_id, action, decision, actor_id, actor_kind, object_type, object_id, details)
select t.tenant_id, e.position, '{event}', '9', '2026-01-01'::timestamptz + e.position * interval '1 day', e.request::uuid, e.action, e.decision, e.actor::uuid, 'user', e.kind, e.object::uuid, '{}'
  from twins t, (values (1, '{r_one}', 'ticket.read', 'allow', '{agent}', 'ticket', '{ticket1}'), (2, '{r_two}', 'member.added', 'deny', '{owner}', 'member', '{agent}')) e (position, request, action, decision, actor, kind, object);
insert into ringfence.audit_inbox (tenant_id, event_id, xid, recorded_at, request_id, action, decision, actor_kind)
select i.tenant::uuid, i.event::uuid, i.xid::xid8, '2026-01-05', '{r_one}', i.action, 'allow', 'nobody'
  from (values ('{globex}', '{event}', '11', 'globex.waits'), ('{acme}', '{event}', '12', 'acme.waits'), (null, '{r_two}', '13', 'nobody.waits'), ('{absent}', '{event}', '14', 'absent.waits')) i (tenant, event, xid, action);
insert into ringfence.installation_events (event_id, xid, recorded_at, request_id, action, decision, actor_kind, details)
values ('{absent}', '9', '2026-01-01', '{r_one}', 'identity.refused', 'deny', 'nobody', '{}');

insert into ringfence.idempotency_keys (tenant_id, member_id, subject_id, route, key, body_hash, status, headers, body)
select t.tenant_id, m::uuid, m::uuid, 'createTicket', 'k-1', sha256('body'), 201, '{}', t.slug || ' answer' from twins t, unnest(array['{owner}', '{agent}']) m;
insert into ringfence.ticket_counters (tenant_id, last) select t.tenant_id, 9 from twins t;

insert into ringfence.sessions (session_id, session_hash, identity_id, authenticated_at, idle_expires_at, expires_at)
values ('{session}', sha256('session'), '{i_agent}', now(), '2999-01-01', '2999-01-01');
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions, created_at)
select t.tenant_id, r.id::uuid, r.name, r.permissions::text[], r.made::timestamptz
  from twins t, (values ('{narrow_role}', 'narrow', '{ticket.read.group,comment.read.group,contact.read}', '2026-01-01'), ('{wide_role}', 'wide', '{settings.change,audit.read}', '2026-01-02')) r (id, name, permissions, made);
insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, created_at, expires_at)
select t.tenant_id, k.id::uuid, k.member::uuid, k.role, k.secret, sha256(k.secret::bytea), k.scopes::text[], k.made_by::uuid, '2026-01-01', '2999-01-01'
  from twins t,
       (values ('{token_service}', '{service}', 'service', 'token_service', '{ticket.read,contact.read,act_as}', '{owner}'),
               ('{token_auditor}', '{auditor}', 'auditor', 'token_auditor', '{ticket.read,comment.read.group}', '{auditor}')) k (id, member, role, secret, scopes, made_by);
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, created_at, expires_at)
select t.tenant_id, '{grant}'::uuid, '{light_agent}'::uuid, 'agent', 'a reason that was told', '{owner}'::uuid, '2026-01-01', '2026-01-01 08:00' from twins t;
drop table twins;
