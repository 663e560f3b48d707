-- Exception: the queue of what is to be carried over, found before a tenant is entered. Ids alone; no login has a privilege here,
-- and the wall stands before the service's all the same.

alter table ringfence.crossing_queue enable row level security;
alter table ringfence.crossing_queue force row level security;

create policy crossing_queue_wall on ringfence.crossing_queue as restrictive for all to ringfence_app
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));

create policy crossing_queue_read_by_definers on ringfence.crossing_queue for select to ringfence_owner
    using (true);
create policy crossing_queue_create_by_definers on ringfence.crossing_queue for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy crossing_queue_change_by_definers on ringfence.crossing_queue for update to ringfence_owner
    using (true)
    with check (true);
create policy crossing_queue_remove_by_definers on ringfence.crossing_queue for delete to ringfence_owner
    using (true);
