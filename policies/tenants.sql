-- Exception: tenants. The service sees the entered tenant's own row; the owner's functions look up names before a tenant is known.

alter table ringfence.tenants enable row level security;
alter table ringfence.tenants force row level security;

create policy tenants_wall on ringfence.tenants as restrictive for all to ringfence_app
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy tenants_wall_each_row on ringfence.tenants as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy tenants_read_own on ringfence.tenants for select to ringfence_app
    using (tenant_id = ringfence.tenant_id());
create policy tenants_read_by_definers on ringfence.tenants for select to ringfence_owner
    using (true);
create policy tenants_create_by_definers on ringfence.tenants for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy tenants_change_by_definers on ringfence.tenants for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());
create policy tenants_read_at_the_gate on ringfence.tenants for select to ringfence_gate
    using (tenant_id = ringfence.tenant_id());

grant select (tenant_id, slug, name, status, created_at, required_issuers, sign_in_version) on ringfence.tenants to ringfence_app;
grant select (tenant_id, status, required_issuers) on ringfence.tenants to ringfence_gate;
