-- Links of tickets with those of partner tenants: read by staff where the ticket is, made by whoever may escalate it. How it went is written
-- by what carries it alone.

alter table ringfence.ticket_links enable row level security;
alter table ringfence.ticket_links force row level security;

create policy ticket_links_wall on ringfence.ticket_links as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy ticket_links_wall_each_row on ringfence.ticket_links as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy ticket_links_read_whole on ringfence.ticket_links for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('ticket.read')));
create policy ticket_links_read_in_groups on ringfence.ticket_links for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and group_key = any ((select ringfence.groups_with('ticket.read.group'))::uuid[]));
create policy ticket_links_create on ringfence.ticket_links for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and created_by = (select ringfence.member_with('ticket.escalate')));
create policy ticket_links_create_in_groups on ringfence.ticket_links for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and group_key = any ((select ringfence.groups_with('ticket.escalate.group'))::uuid[]) and created_by = (select ringfence.member()));
create policy ticket_links_read_by_definers on ringfence.ticket_links for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy ticket_links_create_by_definers on ringfence.ticket_links for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy ticket_links_change_by_definers on ringfence.ticket_links for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());

-- A row comes as pending and outgoing, by the table's own defaults.
grant select on ringfence.ticket_links to ringfence_app;
grant insert (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by) on ringfence.ticket_links to ringfence_app;
