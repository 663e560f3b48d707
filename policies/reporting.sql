-- What an analyst's login may read: views that run with the reader's own rights, behind the wall of the tables.

create view reporting.tickets with (security_invoker = true, security_barrier = true) as
select t.ticket_id, t.number, t.subject, t.status, t.status as status_category, t.priority, t.type, t.tags, t.requester_id, t.assignee_id,
       t.group_id, t.organization_id, t.external_source, t.external_id, t.created_at, t.updated_at, t.closed_at
  from ringfence.tickets t;
comment on view reporting.tickets is 'Every ticket of your tenant.';
comment on column reporting.tickets.ticket_id is 'Stable id (UUIDv7).';
comment on column reporting.tickets.number is 'The number people use; unique in the tenant, gaps are normal.';
comment on column reporting.tickets.status is 'new, open, pending, on_hold, solved or closed.';
comment on column reporting.tickets.requester_id is 'The contact who asked.';
comment on column reporting.tickets.updated_at is 'Last change or comment, UTC.';

create view reporting.comments with (security_invoker = true, security_barrier = true) as
select c.comment_id, c.ticket_id, c.author_id, c.visibility, c.body, c.created_at
  from ringfence.comments c;
comment on view reporting.comments is 'Every comment of your tenant, internal ones included.';
comment on column reporting.comments.visibility is 'public (the requester reads it) or internal.';

grant select on reporting.tickets, reporting.comments to ringfence_reporting;
