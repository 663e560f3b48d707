-- The length of each tenant's trail: the mover alone.

alter table ringfence.audit_heads enable row level security;
alter table ringfence.audit_heads force row level security;

create policy audit_heads_wall on ringfence.audit_heads as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));

create policy audit_heads_read_by_mover on ringfence.audit_heads for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy audit_heads_create_by_definers on ringfence.audit_heads for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy audit_heads_change_by_mover on ringfence.audit_heads for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());

