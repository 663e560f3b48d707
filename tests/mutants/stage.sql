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

insert into ringfence.idempotency_keys (tenant_id, member_id, subject_id, rights, route, key, body_hash, status, headers, body)
select t.tenant_id, m.member_id, m.member_id, sha256(textsend(replace(replace(concat_ws('|', m.identity_id, m.member_id, m.member_id, ringfence.permissions_of(m.role, false), '', '', '', ''), '-', ''), '.', ' '))), 'createTicket', 'k-1', sha256('body'), 201, '{}', t.slug || ' answer' from twins t join ringfence.members m using (tenant_id) where m.member_id in ('{owner}', '{agent}');
insert into ringfence.ticket_counters (tenant_id, last) select t.tenant_id, 9 from twins t;

insert into ringfence.sessions (session_id, session_hash, identity_id, authenticated_at, idle_expires_at, expires_at)
values ('{session}', sha256('session'), '{i_agent}', now(), '2999-01-01', '2999-01-01');
insert into ringfence.tenant_roles (tenant_id, role_id, name, permissions, created_at)
select t.tenant_id, r.id::uuid, r.name, r.permissions::text[], r.made::timestamptz
  from twins t, (values ('{narrow_role}', 'narrow', '{ticket.read.group,comment.read.group,contact.read}', '2026-01-01'), ('{wide_role}', 'wide', '{settings.change,audit.read}', '2026-01-02')) r (id, name, permissions, made);
insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, created_at, expires_at)
select t.tenant_id, k.id::uuid, k.member::uuid, k.role, k.secret, sha256(k.secret::bytea), k.scopes::text[], k.made_by::uuid, now(), now() + interval '300 days'
  from twins t,
       (values ('{token_service}', '{service}', 'service', 'token_service', '{ticket.read,contact.read,act_as}', '{owner}'),
               ('{token_auditor}', '{auditor}', 'auditor', 'token_auditor', '{ticket.read,comment.read.group}', '{auditor}')) k (id, member, role, secret, scopes, made_by);
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, created_at, expires_at)
select t.tenant_id, '{grant}'::uuid, '{light_agent}'::uuid, 'agent', 'a reason that was told', '{owner}'::uuid, '2026-01-01', '2026-01-01 08:00' from twins t;
drop table twins;

-- All that provisioning may change, in one line; ids and names that are made anew are told apart by no more than that.
create function pg_temp.lines() returns setof text language sql as $$
    select format('%s user %s is %s: %s/%s %s %s %s%s v%s%s', left(u.tenant_id::text, 1), u.scim_user_id, case when u.contact_id::text like '00000000%' then u.contact_id::text else 'made' end,
               u.user_name, coalesce(u.external_id, '-'), coalesce(u.active::text, '-'), u.subject, u.role, case when u.grouped then ' grouped' end, u.version,
               case when u.updated_at = transaction_timestamp() and u.version > 1 then ' now' end) as line from ringfence.scim_users u
    union all
    select format('%s member %s %s v%s %s', left(m.tenant_id::text, 1), case when m.member_id::text like '00000000%' then m.member_id::text else 'made' end, m.role, m.version, i.issuer || '#' || i.subject)
      from ringfence.members m join ringfence.identities i using (identity_id) where m.provisioned
    union all
    select format('%s belongs %s', left(b.tenant_id::text, 1), i.subject) from ringfence.memberships b join ringfence.identities i using (identity_id) where i.subject not in ('owner', 'admin', 'agent', 'grouped_agent', 'light_agent', 'requester', 'auditor', 'service', 'outsider')
    union all
    select format('%s person %s %s %s %s v%s', left(c.tenant_id::text, 1), case when c.contact_id::text like '00000000%' then c.contact_id::text else 'made' end, c.name, coalesce(c.email, '-'), i.subject, c.version)
      from ringfence.contacts c join ringfence.identities i using (identity_id)
    union all
    select format('%s works %s', left(w.tenant_id::text, 1), string_agg(case when w.group_id::text like '00000000%' then w.group_id::text else 'made' end, ',' order by w.group_id)) from ringfence.group_members w
      join ringfence.members m using (tenant_id, member_id) where m.provisioned or m.role = 'agent' group by w.tenant_id, w.member_id
    union all
    select format('%s group %s is %s: %s/%s v%s%s', left(g.tenant_id::text, 1), g.scim_group_id, case when g.group_id::text like '00000000%' then g.group_id::text else 'made' end, g.display_name, coalesce(g.external_id, '-'), g.version,
               case when g.updated_at = transaction_timestamp() and g.version > 1 then ' now' end) from ringfence.scim_groups g
    union all
    select format('%s holds %s: %s', left(h.tenant_id::text, 1), h.scim_group_id, string_agg(h.scim_user_id::text, ',' order by h.scim_user_id)) from ringfence.scim_group_members h group by h.tenant_id, h.scim_group_id
    union all
    select format('%s queue %s %s v%s', left(q.tenant_id::text, 1), case when q.group_id::text like '00000000%' then q.group_id::text else 'made' end, q.name, q.version) from ringfence.groups q where q.created_at >= transaction_timestamp() - interval '1 hour'
    union all
    select format('%s token %s', left(a.tenant_id::text, 1), a.member_id) from ringfence.api_tokens a
    union all
    select format('%s ticket %s %s v%s', left(t.tenant_id::text, 1), t.number, coalesce(t.assignee_id::text, '-'), t.version) from ringfence.tickets t where t.number = 1
    union all
    select format('%s told %s %s %s %s %s %s', left(e.tenant_id::text, 1), e.ticket_id, e.kind, e.actor_id, e.visibility, e.version, e.changes) from ringfence.ticket_events e where e.kind = 'ticket.assigned'
    union all
    select format('%s trail %s %s %s %s %s %s %s', left(i.tenant_id::text, 1), i.action, i.decision, i.rule, i.actor_id, i.object_type, i.object_version, i.details - 'member_id') from ringfence.audit_inbox i where i.rule in ('provision.manage', 'owner.manage')
$$;

-- What is there that was not, and what was there that is not.
create temp table baseline (line text);
create function pg_temp.seen() returns text language sql as $$
select coalesce(string_agg(case when b.line is null then '+' || l.line else '-' || b.line end, '; ' order by coalesce(l.line, b.line), b.line is null), 'unchanged')
  from pg_temp.lines() l (line) full join pg_temp.baseline b on b.line = l.line where b.line is null or l.line is null
$$;

-- What provisioning made, for the plays that need it: one active agent in one group, in both tenants; one user more in the second.
create function pg_temp.provisioned() returns void language sql as $$
insert into ringfence.identities (identity_id, issuer, subject) values ('{i_p1}', 'https://issuer.example', 'p1');
insert into ringfence.contacts (tenant_id, contact_id, name, email, identity_id) select t.tenant_id, '{p1}', 'P1', 'p1@example.org', '{i_p1}' from ringfence.tenants t;
insert into ringfence.members (tenant_id, member_id, identity_id, role, provisioned) select t.tenant_id, '{p1}', '{i_p1}', 'agent', true from ringfence.tenants t;
insert into ringfence.memberships (identity_id, tenant_id) select '{i_p1}', t.tenant_id from ringfence.tenants t;
insert into ringfence.api_tokens (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at)
select t.tenant_id, '{event}', m::uuid, 'agent', 'x', sha256(convert_to(m, 'UTF8')), '{}', '{p1}', now() + interval '1 day' from ringfence.tenants t, unnest(array['{p1}']) m;
insert into ringfence.groups (tenant_id, group_id, name) select t.tenant_id, '{queue}', 'queue' from ringfence.tenants t;
insert into ringfence.group_members (tenant_id, member_id, group_id) select t.tenant_id, '{p1}', '{queue}' from ringfence.tenants t;
insert into ringfence.provisioning_settings (tenant_id, issuer, default_role, role_map)
select t.tenant_id, 'https://issuer.example', 'requester', '{"Support": "agent", "Guest": "light_agent"}' from ringfence.tenants t;
insert into ringfence.scim_users (tenant_id, scim_user_id, contact_id, user_name, external_id, active, issuer, subject, role, grouped, attributes)
select t.tenant_id, '{u1}', '{p1}', 'U1', 'p1', true, 'https://issuer.example', 'p1', 'agent', true, '{"roles": [{"value": "Support"}]}' from ringfence.tenants t;
insert into ringfence.scim_users (tenant_id, scim_user_id, contact_id, user_name, active, issuer, subject, role, attributes)
values ('{globex}', '{u2}', '{outsider}', 'U2', false, 'https://issuer.example', 'u2', 'requester', '{}');
insert into ringfence.scim_groups (tenant_id, scim_group_id, group_id, display_name, external_id) select t.tenant_id, '{sg1}', '{queue}', 'queue', 'x1' from ringfence.tenants t;
insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id) select t.tenant_id, '{sg1}', '{u1}' from ringfence.tenants t;
update ringfence.tickets set assignee_id = '{p1}' where number = 1;
insert into pg_temp.baseline select pg_temp.lines();
$$;

-- An admin ended the membership; the provider does not know.
create function pg_temp.gone() returns void language sql as $$
update ringfence.tickets set assignee_id = null where assignee_id = '{p1}';
delete from ringfence.api_tokens where member_id = '{p1}';
delete from ringfence.group_members where member_id = '{p1}';
delete from ringfence.memberships where identity_id = '{i_p1}';
delete from ringfence.members where member_id = '{p1}';
delete from pg_temp.baseline;
insert into pg_temp.baseline select pg_temp.lines();
$$;

-- Somebody was here before under the same identity, and is nobody's user.
create function pg_temp.former() returns void language sql as $$
insert into ringfence.identities (identity_id, issuer, subject) values ('{i_p7}', 'https://issuer.example', 'p7');
insert into ringfence.contacts (tenant_id, contact_id, name, identity_id) select t.tenant_id, '{p2}', 'Former', '{i_p7}' from ringfence.tenants t where t.slug = 'acme';
delete from pg_temp.baseline;
insert into pg_temp.baseline select pg_temp.lines();
$$;

-- What the context says, for whoever looks at it.
create function pg_temp.held() returns text language sql as $$ select replace(split_part(current_setting('backtrace_functions'), chr(10), 10), ' ', '.') $$;
create function pg_temp.grouped() returns text language sql as $$
    select string_agg(string_to_array(split_part(current_setting('backtrace_functions'), chr(10), n), ',')::uuid[]::text, ';' order by n) from generate_series(11, 14) n $$;

-- Agreements that stand on both sides under one id, a second one that was only proposed, and a ticket and comments that went over under the first.
create function pg_temp.agreed() returns void language sql as $$
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, direction, actions, fields, expires_at, consented_by, consented_at, partner_consented_at, created_at)
select t.tenant_id, a.id::uuid, t.slug || '-' || a.name, case t.slug when 'acme' then '{globex}'::uuid else '{acme}'::uuid end, 'both', '{ticket.escalate,comment.share}', '{subject}', '2099-01-01', '{owner}',
       '2026-01-01', case a.name when 'one' then '2026-01-01'::timestamptz end, a.made::timestamptz
  from ringfence.tenants t, (values ('{agreement}', 'one', '2026-01-01'), ('{agreement2}', 'two', '2026-01-02')) a (id, name, made);
insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by, created_at)
select k.tenant_id, l.id::uuid, l.agreement::uuid, k.ticket_id, k.requester_id, k.group_key, '{owner}', l.made::timestamptz
  from ringfence.tickets k join (values ('{link}', '{agreement}', 1, '2026-01-01'), ('{link2}', '{agreement2}', 1, '2026-01-02'), ('{share2}', '{agreement2}', 2, '2026-01-03')) l (id, agreement, number, made) using (number);
insert into ringfence.comment_shares (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, created_by, created_at)
select c.tenant_id, s.id::uuid, s.link::uuid, c.comment_id, c.ticket_id, c.requester_id, c.group_key, '{owner}', s.made::timestamptz
  from ringfence.comments c join (values ('{share}', '{link}', '{c1p}', '2026-01-01'), ('{share2}', '{link2}', '{c1p}', '2026-01-02'), ('{event}', '{link}', '{c1i}', '2026-01-03'), ('{new}', '{share2}', '{c2p}', '2026-01-04')) s (id, link, comment, made)
    on c.comment_id = s.comment::uuid;
$$;

-- A user, a group and memberships beside those of provisioned(), in both tenants differently.
create function pg_temp.provisioned_more() returns void language sql as $$
select pg_temp.provisioned();
insert into ringfence.scim_users (tenant_id, scim_user_id, contact_id, user_name, active, issuer, subject, role, attributes, created_at)
values ('{acme}', '{u2}', '{silent}', 'U2', false, 'https://issuer.example', 'u2', 'requester', '{}', '2026-01-01');
insert into ringfence.scim_groups (tenant_id, scim_group_id, group_id, display_name, external_id, created_at)
values ('{acme}', '{new}', '{vacant}', 'empty', 'x2', '2026-01-01'), ('{globex}', '{new}', '{vacant}', 'theirs', 'x2', '2026-01-01');
insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id) values ('{globex}', '{new}', '{u1}'), ('{globex}', '{sg1}', '{u2}'), ('{acme}', '{new}', '{u2}');
$$;
