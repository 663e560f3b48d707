-- Seeds: a door does not repeat the tenant. Rolled back by the test.
create policy tickets_read_assigned on ringfence.tickets for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and status = 'new' or assignee_id = (select ringfence.member()));
