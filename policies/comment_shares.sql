-- Shares of comments with partner tenants: read by staff where the ticket is, made by whoever may escalate it. How it went is written
-- by what carries it alone.

alter table ringfence.comment_shares enable row level security;
alter table ringfence.comment_shares force row level security;

create policy comment_shares_wall on ringfence.comment_shares as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy comment_shares_wall_each_row on ringfence.comment_shares as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy comment_shares_read_whole on ringfence.comment_shares for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('ticket.read')));
create policy comment_shares_read_in_groups on ringfence.comment_shares for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and group_key = any ((select ringfence.groups_with('ticket.read.group'))::uuid[]));
create policy comment_shares_create on ringfence.comment_shares for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and created_by = (select ringfence.member_with('ticket.escalate')));
create policy comment_shares_create_in_groups on ringfence.comment_shares for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and group_key = any ((select ringfence.groups_with('ticket.escalate.group'))::uuid[]) and created_by = (select ringfence.member()));
create policy comment_shares_read_by_definers on ringfence.comment_shares for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy comment_shares_create_by_definers on ringfence.comment_shares for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy comment_shares_change_by_definers on ringfence.comment_shares for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());

-- A row comes as pending and outgoing, by the table's own defaults.
grant select on ringfence.comment_shares to ringfence_app;
grant insert (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, created_by) on ringfence.comment_shares to ringfence_app;
