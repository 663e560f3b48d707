-- Organizations: read by staff, created and changed by agents, deleted by admins.

alter table ringfence.organizations enable row level security;
alter table ringfence.organizations force row level security;

create policy organizations_wall on ringfence.organizations as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy organizations_wall_each_row on ringfence.organizations as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy organizations_read on ringfence.organizations for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('organization.read')));
create policy organizations_create on ringfence.organizations for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('organization.change')));
create policy organizations_change on ringfence.organizations for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('organization.change')))
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('organization.change')));
create policy organizations_remove on ringfence.organizations for delete to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('organization.delete')));

grant select, delete on ringfence.organizations to ringfence_app;
grant insert (tenant_id, organization_id, name, external_source, external_id) on ringfence.organizations to ringfence_app;
grant update (name, external_source, external_id, version, updated_at) on ringfence.organizations to ringfence_app;
