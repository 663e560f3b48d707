-- The trail of a tenant: read by those who may, written by the mover, changed and deleted by nobody.

alter table ringfence.audit_events enable row level security;
alter table ringfence.audit_events force row level security;

create policy audit_events_wall on ringfence.audit_events as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy audit_events_wall_each_row on ringfence.audit_events as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy audit_events_read on ringfence.audit_events for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('audit.read')));
create policy audit_events_written_by_mover on ringfence.audit_events for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());

grant select on ringfence.audit_events to ringfence_app;
