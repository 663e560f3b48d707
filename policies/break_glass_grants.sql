-- Roles granted for hours: staff see them, an owner's function grants them, and who may grant may revoke.

alter table ringfence.break_glass_grants enable row level security;
alter table ringfence.break_glass_grants force row level security;

create policy break_glass_grants_wall on ringfence.break_glass_grants as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy break_glass_grants_wall_each_row on ringfence.break_glass_grants as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy break_glass_grants_read on ringfence.break_glass_grants for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.read')));
create policy break_glass_grants_revoke on ringfence.break_glass_grants for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('break_glass.grant')) and revoked_at is null)
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('break_glass.grant')) and revoked_at = transaction_timestamp());
create policy break_glass_grants_read_by_definers on ringfence.break_glass_grants for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy break_glass_grants_create_by_definers on ringfence.break_glass_grants for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy break_glass_grants_read_at_the_gate on ringfence.break_glass_grants for select to ringfence_gate
    using (tenant_id = ringfence.tenant_id());

grant select on ringfence.break_glass_grants to ringfence_app;
grant update (revoked_at) on ringfence.break_glass_grants to ringfence_app;
grant select (tenant_id, grant_id, member_id, role, created_at, expires_at, revoked_at) on ringfence.break_glass_grants to ringfence_gate;
