-- Roles of a tenant's own making: staff read them; nobody makes, changes or removes one that reaches further than they do.

alter table ringfence.tenant_roles enable row level security;
alter table ringfence.tenant_roles force row level security;

create policy tenant_roles_wall on ringfence.tenant_roles as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy tenant_roles_wall_each_row on ringfence.tenant_roles as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy tenant_roles_read on ringfence.tenant_roles for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.read')));
create policy tenant_roles_create on ringfence.tenant_roles for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('role.manage')) and permissions <@ (select ringfence.grantable())::text[]);
create policy tenant_roles_change on ringfence.tenant_roles for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('role.manage')) and permissions <@ (select ringfence.grantable())::text[])
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('role.manage')) and permissions <@ (select ringfence.grantable())::text[]);
create policy tenant_roles_remove on ringfence.tenant_roles for delete to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('role.manage')) and permissions <@ (select ringfence.grantable())::text[]);
create policy tenant_roles_read_by_definers on ringfence.tenant_roles for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy tenant_roles_read_at_the_gate on ringfence.tenant_roles for select to ringfence_gate
    using (tenant_id = ringfence.tenant_id());

grant select, delete on ringfence.tenant_roles to ringfence_app;
grant insert (tenant_id, role_id, name, permissions) on ringfence.tenant_roles to ringfence_app;
grant update (name, permissions, version, updated_at) on ringfence.tenant_roles to ringfence_app;
grant select (tenant_id, role_id, permissions) on ringfence.tenant_roles to ringfence_gate;
