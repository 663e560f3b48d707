-- Exception: memberships are asked before a tenant is known. The service writes those of the entered tenant; the owner's functions read.

alter table ringfence.memberships enable row level security;
alter table ringfence.memberships force row level security;

create policy memberships_wall on ringfence.memberships as restrictive for all to ringfence_app
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy memberships_wall_each_row on ringfence.memberships as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy memberships_read_managed on ringfence.memberships for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')));
create policy memberships_add on ringfence.memberships for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')));
create policy memberships_remove on ringfence.memberships for delete to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')) and (select ringfence.gives_roles()) and identity_id <> all ((select ringfence.kept_identities())::uuid[]));
create policy memberships_read_by_definers on ringfence.memberships for select to ringfence_owner
    using (true);
create policy memberships_create_by_definers on ringfence.memberships for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy memberships_remove_by_definers on ringfence.memberships for delete to ringfence_owner
    using (tenant_id = ringfence.tenant_id());

grant select, insert, delete on ringfence.memberships to ringfence_app;
