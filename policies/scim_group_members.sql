-- Who is in which group of the identity provider: read by whoever provisions; written by the owner's functions.

alter table ringfence.scim_group_members enable row level security;
alter table ringfence.scim_group_members force row level security;

create policy scim_group_members_wall on ringfence.scim_group_members as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy scim_group_members_wall_each_row on ringfence.scim_group_members as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy scim_group_members_read on ringfence.scim_group_members for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('provision.manage')));
create policy scim_group_members_read_by_definers on ringfence.scim_group_members for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy scim_group_members_create_by_definers on ringfence.scim_group_members for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy scim_group_members_remove_by_definers on ringfence.scim_group_members for delete to ringfence_owner
    using (tenant_id = ringfence.tenant_id());

grant select on ringfence.scim_group_members to ringfence_app;
