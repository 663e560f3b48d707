-- Groups: read by staff, managed by admins.

alter table ringfence.groups enable row level security;
alter table ringfence.groups force row level security;

create policy groups_wall on ringfence.groups as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy groups_wall_each_row on ringfence.groups as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy groups_read on ringfence.groups for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('group.read')));
create policy groups_create on ringfence.groups for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('group.manage')));
create policy groups_change on ringfence.groups for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('group.manage')))
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('group.manage')));
create policy groups_remove on ringfence.groups for delete to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('group.manage')));
-- Provisioning ties the identity provider's groups to the tenant's.
create policy groups_read_by_definers on ringfence.groups for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy groups_create_by_definers on ringfence.groups for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy groups_change_by_definers on ringfence.groups for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());
create policy groups_remove_by_definers on ringfence.groups for delete to ringfence_owner
    using (tenant_id = ringfence.tenant_id());

grant select, delete on ringfence.groups to ringfence_app;
grant insert (tenant_id, group_id, name) on ringfence.groups to ringfence_app;
grant update (name, version, updated_at) on ringfence.groups to ringfence_app;
