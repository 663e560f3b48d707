-- Seeds: a login was given a function that reaches past the walls. Rolled back by the test.
grant execute on function pg_catalog.pg_read_file(text) to ringfence_app;
