-- Seeds: a login was given a function of PostgreSQL's own. Each part is rolled back by the test.
grant execute on function pg_catalog.pg_read_file(text) to ringfence_app;
--- fires
grant execute on function pg_catalog.pg_read_file(text) to public;
--- fires
grant execute on function pg_catalog.pg_stat_get_live_tuples(oid) to ringfence_app;
--- fires
grant execute on function pg_catalog.pg_relation_size(regclass, text) to ringfence_reporting;
--- fires
grant execute on function pg_catalog.ts_stat(text) to ringfence_operator;
--- fires
grant execute on function pg_catalog.pg_try_advisory_xact_lock(integer, integer) to ringfence_app;
--- fires
grant execute on function pg_catalog.pg_try_advisory_xact_lock(bigint) to ringfence_app;
--- fires
grant pg_monitor to ringfence_auditor;
--- quiet
grant execute on function pg_catalog.pg_relation_size(regclass, text) to public;
--- quiet
grant execute on function pg_catalog.pg_read_file(text) to ringfence_backup;
