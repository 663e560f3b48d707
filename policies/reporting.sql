-- What an analyst's login may read: views that run with the reader's own rights, behind the wall of the tables. Each column says what it holds.

create view reporting.tickets with (security_invoker = true, security_barrier = true) as
select t.ticket_id, t.number, t.subject, t.status, t.status as status_category, t.priority, t.type, t.tags, t.requester_id, t.assignee_id,
       t.group_id, t.organization_id, t.external_source, t.external_id, t.created_at, t.updated_at, t.closed_at
  from ringfence.tickets t;
comment on view reporting.tickets is 'Every ticket of your tenant.';
comment on column reporting.tickets.ticket_id is 'Stable id (UUIDv7).';
comment on column reporting.tickets.number is 'The number people use; unique in the tenant, gaps are normal.';
comment on column reporting.tickets.subject is 'One line, as the requester or an agent wrote it.';
comment on column reporting.tickets.status is 'new, open, pending, on_hold, solved or closed.';
comment on column reporting.tickets.status_category is 'The same as status: what statuses of a tenant''s own would belong to.';
comment on column reporting.tickets.priority is 'low, normal, high or urgent.';
comment on column reporting.tickets.type is 'question, incident, problem or task.';
comment on column reporting.tickets.tags is 'Words that agents sort by.';
comment on column reporting.tickets.requester_id is 'The contact who asked.';
comment on column reporting.tickets.assignee_id is 'The member who has it in hand; null: nobody.';
comment on column reporting.tickets.group_id is 'The group in whose queue it stands; null: none.';
comment on column reporting.tickets.organization_id is 'The organization that it is for; null: none.';
comment on column reporting.tickets.external_source is 'The system that it was imported from; null: it began here.';
comment on column reporting.tickets.external_id is 'Its id in that system.';
comment on column reporting.tickets.created_at is 'When it began, UTC; of an imported ticket in the system that it comes from.';
comment on column reporting.tickets.updated_at is 'Last change or comment, UTC.';
comment on column reporting.tickets.closed_at is 'When it was closed, UTC; null: it is not.';

create view reporting.comments with (security_invoker = true, security_barrier = true) as
select c.comment_id, c.ticket_id, c.author_id, c.visibility, c.body, c.created_at
  from ringfence.comments c;
comment on view reporting.comments is 'Every comment of your tenant, internal ones included.';
comment on column reporting.comments.comment_id is 'Stable id (UUIDv7).';
comment on column reporting.comments.ticket_id is 'The ticket that it is on.';
comment on column reporting.comments.author_id is 'The contact or member who wrote it.';
comment on column reporting.comments.visibility is 'public (the requester reads it) or internal.';
comment on column reporting.comments.body is 'Plain text or CommonMark, as it was written.';
comment on column reporting.comments.created_at is 'When it was written, UTC.';

grant select on reporting.tickets, reporting.comments to ringfence_reporting;
