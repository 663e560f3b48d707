-- Agreements with other tenants: read by staff, proposed by owners; consent and revocation go through the owner's functions,
-- for a revocation is never taken back.

alter table ringfence.agreements enable row level security;
alter table ringfence.agreements force row level security;

create policy agreements_wall on ringfence.agreements as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy agreements_wall_each_row on ringfence.agreements as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy agreements_read on ringfence.agreements for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('agreement.read')));
create policy agreements_propose on ringfence.agreements for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and consented_by = (select ringfence.member_with('agreement.manage')));
create policy agreements_read_by_definers on ringfence.agreements for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy agreements_create_by_definers on ringfence.agreements for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy agreements_change_by_definers on ringfence.agreements for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());

-- Neither whose proposal it is, nor when who consented: those are the database's.
grant select on ringfence.agreements to ringfence_app;
grant insert (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by) on ringfence.agreements to ringfence_app;
