-- Ticket numbers: only reserve_ticket_numbers() takes from the counter.

alter table ringfence.ticket_counters enable row level security;
alter table ringfence.ticket_counters force row level security;

create policy ticket_counters_wall on ringfence.ticket_counters as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));

create policy ticket_counters_read_by_definers on ringfence.ticket_counters for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy ticket_counters_create_by_definers on ringfence.ticket_counters for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy ticket_counters_change_by_definers on ringfence.ticket_counters for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());

