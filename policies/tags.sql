-- Tags in use: read by staff, added by whoever may write a ticket's tags.

alter table ringfence.tags enable row level security;
alter table ringfence.tags force row level security;

create policy tags_wall on ringfence.tags as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy tags_wall_each_row on ringfence.tags as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy tags_read on ringfence.tags for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('group.read')));
create policy tags_create on ringfence.tags for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and ((select ringfence.may('ticket.create')) or (select ringfence.may('ticket.create.group'))));
create policy tags_create_by_definers on ringfence.tags for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());

grant select, insert on ringfence.tags to ringfence_app;
