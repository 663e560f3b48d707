-- Seeds: a role may truncate, trigger, reference or maintain a table. Rolled back by the test.
grant references (tenant_id, ticket_id) on ringfence.tickets to ringfence_app;
