-- Seeds: a default of the database or of a role weakens every session. Rolled back by the test.
do $$ begin execute format('alter database %I set app.tenant_id = %L', current_database(), '00000000-0000-7000-8000-000000000001'); end $$;
