-- Seeds: a context stands before anybody has entered. Each part is rolled back by the test.
do $$ begin execute format('alter database %I set backtrace_functions = %L', current_database(), E'ringfence\n00000000000070008000000000000001'); end $$;
--- fires
alter role all set backtrace_functions = 'ringfence';
--- fires
alter role ringfence_app in database postgres set backtrace_functions = 'ringfence';
--- quiet
alter role ringfence_app set work_mem = '8MB';
