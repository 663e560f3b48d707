-- Tickets: everybody of the tenant in their scope; agents in their groups, requesters their own.
-- Doors are tried in the reverse order of their names: whole, groups, requester; the commonest comes first.

alter table ringfence.tickets enable row level security;
alter table ringfence.tickets force row level security;

create policy tickets_wall on ringfence.tickets as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy tickets_wall_each_row on ringfence.tickets as restrictive for all to ringfence_app, ringfence_reporting
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy tickets_read_whole on ringfence.tickets for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('ticket.read')));
create policy tickets_read_in_groups on ringfence.tickets for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and group_id = any ((select ringfence.groups_with('ticket.read.group'))::uuid[]));
create policy tickets_read_as_requester on ringfence.tickets for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and requester_id = (select ringfence.member_with('ticket.read.own')));
create policy tickets_create on ringfence.tickets for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('ticket.create')) and created_at = transaction_timestamp());
create policy tickets_create_in_groups on ringfence.tickets for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and group_id = any ((select ringfence.groups_with('ticket.create.group'))::uuid[]) and created_at = transaction_timestamp());
-- An import alone says when a ticket came in elsewhere.
create policy tickets_import on ringfence.tickets for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('ticket.import')));
-- What a requester may not set is said here: column grants cannot differ inside one pool.
create policy tickets_create_own on ringfence.tickets for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and requester_id = (select ringfence.member_with('ticket.create.own')) and status = 'new' and assignee_id is null and group_id is null and organization_id is null and tags = '{}' and external_id is null and created_at = transaction_timestamp() and updated_at = transaction_timestamp());
-- What is closed stays as it is.
create policy tickets_change on ringfence.tickets for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('ticket.change')) and status <> 'closed')
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('ticket.change')));
create policy tickets_change_in_groups on ringfence.tickets for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and group_id = any ((select ringfence.groups_with('ticket.change.group'))::uuid[]) and status <> 'closed')
    with check (tenant_id = ringfence.tenant_id() and group_id = any ((select ringfence.groups_with('ticket.change.group'))::uuid[]));
-- The owner's functions (transfer, resolve, touch) decide inside; the wall stands around them as well.
create policy tickets_read_by_definers on ringfence.tickets for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy tickets_change_by_definers on ringfence.tickets for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());
-- What comes from another tenant under an agreement.
create policy tickets_create_by_definers on ringfence.tickets for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
-- The wall is all that an analyst's login has. Not for who entered as a member: were an analyst's login ever granted to the
-- service's, this door would stand open beside the member's.
create policy tickets_report on ringfence.tickets for select to ringfence_reporting
    using ((select ringfence.member()) is null);

grant select on ringfence.tickets to ringfence_app;
grant insert (tenant_id, ticket_id, number, subject, status, priority, type, tags, requester_id, assignee_id, group_id, organization_id,
    external_source, external_id, created_at, updated_at, closed_at) on ringfence.tickets to ringfence_app;
grant update (subject, status, priority, type, tags, requester_id, assignee_id, group_id, organization_id, external_source, external_id,
    version, updated_at, closed_at) on ringfence.tickets to ringfence_app;
grant select (tenant_id, ticket_id, number, subject, status, priority, type, tags, requester_id, assignee_id, group_id, organization_id,
    external_source, external_id, created_at, updated_at, closed_at) on ringfence.tickets to ringfence_reporting;
