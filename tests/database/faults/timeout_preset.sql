-- Seeds: a default ends what takes longer. Each part is rolled back by the test.
do $$ begin execute format('alter database %I set statement_timeout = %L', current_database(), '1ms'); end $$;
--- fires
do $$ begin execute format('alter database %I set idle_session_timeout = %L', current_database(), '1min'); end $$;
--- fires
alter role all set lock_timeout = '1ms';
--- quiet
do $$ begin execute format('alter database %I set statement_timeout = 0', current_database()); end $$;
--- quiet
create role stranger login;
alter role stranger set statement_timeout = '1ms';
