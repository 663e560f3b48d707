-- Seeds: an index does not lead with the tenant. Rolled back by the test.
create index tickets_status_idx on ringfence.tickets (status, tenant_id);
