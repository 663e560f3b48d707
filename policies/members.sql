-- Members: staff read, admins manage all but owners, owners manage all; nobody gives what they do not hold.

alter table ringfence.members enable row level security;
alter table ringfence.members force row level security;

create policy members_wall on ringfence.members as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy members_wall_each_row on ringfence.members as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy members_read on ringfence.members for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.read')));
create policy members_read_self on ringfence.members for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and member_id = (select ringfence.oneself()));
create policy members_add on ringfence.members for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')) and role <> 'owner' and (select ringfence.gives_roles()) and (permissions is null or permissions <@ (select ringfence.grantable())::text[]));
create policy members_add_owner on ringfence.members for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('owner.manage')) and role = 'owner' and (select ringfence.gives_roles()));
create policy members_change on ringfence.members for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')) and role <> 'owner' and (select ringfence.gives_roles()))
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')) and role <> 'owner' and (select ringfence.gives_roles()) and (permissions is null or permissions <@ (select ringfence.grantable())::text[]));
create policy members_change_any on ringfence.members for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('owner.manage')) and (select ringfence.gives_roles()))
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('owner.manage')) and role = 'owner' and (select ringfence.gives_roles()));
create policy members_remove on ringfence.members for delete to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')) and role <> 'owner' and (select ringfence.gives_roles()));
create policy members_remove_any on ringfence.members for delete to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('owner.manage')) and (select ringfence.gives_roles()));
-- The operator's functions, those of provisioning, and the one that breaks the glass.
create policy members_read_by_definers on ringfence.members for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy members_create_by_definers on ringfence.members for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy members_change_by_definers on ringfence.members for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());
create policy members_remove_by_definers on ringfence.members for delete to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy members_read_at_the_gate on ringfence.members for select to ringfence_gate
    using (tenant_id = ringfence.tenant_id());

grant select (tenant_id, member_id, role, role_id, permissions, elevated_until, version, created_at, updated_at, identity_id, provisioned, is_partner) on ringfence.members to ringfence_app;
grant insert (tenant_id, member_id, identity_id, role, role_id, permissions, version) on ringfence.members to ringfence_app;
grant update (role, role_id, permissions, version, updated_at) on ringfence.members to ringfence_app;
grant delete on ringfence.members to ringfence_app;
grant select (tenant_id, member_id, identity_id, role, role_id, permissions, elevated_until, created_at) on ringfence.members to ringfence_gate;
