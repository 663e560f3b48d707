-- Seeds: a policy asks another table. Rolled back by the test.
create policy comments_read_in_order on ringfence.comments for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and exists (select from ringfence.tickets t where t.ticket_id = comments.ticket_id));
