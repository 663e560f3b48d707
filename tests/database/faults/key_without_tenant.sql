-- Seeds: a key does not lead with the tenant. Rolled back by the test.
create unique index tickets_by_external_id on ringfence.tickets (external_id);
