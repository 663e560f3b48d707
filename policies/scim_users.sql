-- Users of the identity provider: read by whoever provisions; written by the owner's functions, which tie them to members.

alter table ringfence.scim_users enable row level security;
alter table ringfence.scim_users force row level security;

create policy scim_users_wall on ringfence.scim_users as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy scim_users_wall_each_row on ringfence.scim_users as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy scim_users_read on ringfence.scim_users for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('provision.manage')));
create policy scim_users_read_by_definers on ringfence.scim_users for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy scim_users_create_by_definers on ringfence.scim_users for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy scim_users_change_by_definers on ringfence.scim_users for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());
create policy scim_users_remove_by_definers on ringfence.scim_users for delete to ringfence_owner
    using (tenant_id = ringfence.tenant_id());

grant select on ringfence.scim_users to ringfence_app;
