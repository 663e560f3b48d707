-- Seeds: PUBLIC may execute functions that carry data between sessions. Each part is rolled back by the test.
grant execute on function pg_catalog.pg_notify(text, text) to public;
--- fires
grant execute on function pg_catalog.currtid2(text, tid) to public;
--- fires
grant execute on function pg_catalog.pg_current_wal_insert_lsn() to public;
--- fires
grant execute on function pg_catalog.pg_stat_get_wal() to public;
--- fires
grant execute on function pg_catalog.pg_stat_get_db_sessions(oid) to public;
--- fires
grant execute on function pg_catalog.pg_stat_get_autoanalyze_count(oid) to public;
--- fires
grant execute on function pg_catalog.pg_cancel_backend(integer) to public;
--- fires
grant execute on function pg_catalog.pg_terminate_backend(integer, bigint) to public;
