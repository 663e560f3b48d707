-- Who works in which group: read by staff, set by those who manage members and may give roles: an agent in no group works in all.

alter table ringfence.group_members enable row level security;
alter table ringfence.group_members force row level security;

create policy group_members_wall on ringfence.group_members as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy group_members_wall_each_row on ringfence.group_members as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy group_members_read on ringfence.group_members for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.read')));
create policy group_members_add on ringfence.group_members for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.gives_roles()));
create policy group_members_change on ringfence.group_members for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.gives_roles()))
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.gives_roles()));
create policy group_members_remove on ringfence.group_members for delete to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.gives_roles()));
-- The operator's functions and those of provisioning.
create policy group_members_read_by_definers on ringfence.group_members for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy group_members_create_by_definers on ringfence.group_members for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy group_members_remove_by_definers on ringfence.group_members for delete to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy group_members_read_at_the_gate on ringfence.group_members for select to ringfence_gate
    using (tenant_id = ringfence.tenant_id());

grant select, insert, delete on ringfence.group_members to ringfence_app;
grant update (access) on ringfence.group_members to ringfence_app;
grant select (tenant_id, member_id, group_id, access) on ringfence.group_members to ringfence_gate;
