-- Seeds: a table has a trigger. Rolled back by the test.
create trigger tickets_quiet before update on ringfence.tickets for each row execute function pg_catalog.suppress_redundant_updates_trigger();
