-- A ticket's history: read where the ticket is, written by whoever acts there, as themselves and now.

alter table ringfence.ticket_events enable row level security;
alter table ringfence.ticket_events force row level security;

create policy ticket_events_wall on ringfence.ticket_events as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy ticket_events_wall_each_row on ringfence.ticket_events as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy ticket_events_read_whole on ringfence.ticket_events for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('ticket.read')));
create policy ticket_events_read_in_groups on ringfence.ticket_events for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and group_key = any ((select ringfence.groups_with('ticket.read.group'))::uuid[]));
create policy ticket_events_read_as_requester on ringfence.ticket_events for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and requester_id = (select ringfence.member_with('ticket.read.own')) and visibility = 'public');
create policy ticket_events_write on ringfence.ticket_events for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and actor_id = (select ringfence.member_with('ticket.read'))
        and (select ringfence.acts_on_tickets()) and (created_at = transaction_timestamp() or (select ringfence.may('ticket.import'))));
create policy ticket_events_write_in_groups on ringfence.ticket_events for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and group_key = any ((select ringfence.groups_with('ticket.read.group'))::uuid[]) and actor_id = (select ringfence.member())
        and (select ringfence.acts_on_tickets()) and created_at = transaction_timestamp());
create policy ticket_events_write_own on ringfence.ticket_events for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and requester_id = (select ringfence.member_with('ticket.read.own')) and actor_id = requester_id
        and (select ringfence.acts_on_tickets()) and created_at = transaction_timestamp());
create policy ticket_events_written_by_definers on ringfence.ticket_events for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());

grant select on ringfence.ticket_events to ringfence_app;
grant insert (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version, changes, created_at)
    on ringfence.ticket_events to ringfence_app;
