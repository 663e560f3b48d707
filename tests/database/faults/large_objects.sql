-- Seeds: large objects are present. Rolled back by the test.
select pg_catalog.lo_create(0);
