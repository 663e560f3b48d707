-- Seeds: a function of PostgreSQL's own has the wrong volatility. Each part is rolled back by the test.
alter function pg_catalog.current_setting(text) immutable;
--- fires
alter function pg_catalog.split_part(text, text, integer) parallel unsafe;
--- fires
alter function pg_catalog.uuid_eq(uuid, uuid) called on null input;
--- fires
alter function pg_catalog.set_config(text, text, boolean) stable;
--- quiet
alter function pg_catalog.pg_sleep(double precision) stable;
