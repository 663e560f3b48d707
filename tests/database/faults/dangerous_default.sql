-- Seeds: a default of the database or of a role weakens every session. Each part is rolled back by the test.
do $$ begin execute format('alter database %I set app.tenant_id = %L', current_database(), '00000000-0000-7000-8000-000000000001'); end $$;
--- fires
do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$;
--- quiet
create role r_0123456789abcdef0123 login;
grant ringfence_reporting to r_0123456789abcdef0123;
alter role r_0123456789abcdef0123 set default_transaction_read_only = on;
--- quiet
create role stranger login;
alter role stranger set default_transaction_read_only = on;
