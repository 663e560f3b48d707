-- Seeds: PUBLIC may execute functions that carry data between sessions. Rolled back by the test.
grant execute on function pg_catalog.pg_notify(text, text) to public;
--- fires
grant execute on function pg_catalog.currtid2(text, tid) to public;
