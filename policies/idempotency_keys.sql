-- Kept answers: each member reads and writes their own, and apart from those the ones of each whom they act for, with the rights that
-- they had when it was answered. Stale ones go by an owner's function, whatever rights they were kept with. The one door of its
-- command says so in a form that no equality of the statement itself can stand in for; see the wall in README.md.

alter table ringfence.idempotency_keys enable row level security;
alter table ringfence.idempotency_keys force row level security;

create policy idempotency_keys_wall on ringfence.idempotency_keys as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy idempotency_keys_wall_each_row on ringfence.idempotency_keys as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy idempotency_keys_read_own on ringfence.idempotency_keys for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and coalesce(rights = (select ringfence.rights()), false));
create policy idempotency_keys_write_own on ringfence.idempotency_keys for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and member_id = (select ringfence.actor()) and subject_id = (select ringfence.member()) and rights = (select ringfence.rights()));
create policy idempotency_keys_read_by_definers on ringfence.idempotency_keys for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy idempotency_keys_forget_by_definers on ringfence.idempotency_keys for delete to ringfence_owner
    using (tenant_id = ringfence.tenant_id());

grant select on ringfence.idempotency_keys to ringfence_app;
grant insert (tenant_id, member_id, subject_id, rights, route, key, body_hash, status, headers, body) on ringfence.idempotency_keys to ringfence_app;
