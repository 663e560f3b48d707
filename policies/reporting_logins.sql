-- Exception: which tenant a login reports on. No login reads it; the owner's functions do.

alter table ringfence.reporting_logins enable row level security;
alter table ringfence.reporting_logins force row level security;

create policy reporting_logins_read_by_definers on ringfence.reporting_logins for select to ringfence_owner
    using (true);
create policy reporting_logins_create_by_definers on ringfence.reporting_logins for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());

