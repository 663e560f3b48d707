-- Seeds: a privilege is held by a role that should hold none. Rolled back by the test.
grant select on ringfence.tickets to ringfence_operator;
--- fires
create role stranger login;
do $$ begin execute format('grant connect on database %I to stranger', current_database()); end $$;
--- fires
do $$ begin execute format('grant connect on database %I to ringfence_app with grant option', current_database()); end $$;
--- fires
do $$ begin execute format('grant connect on database %I to ringfence_gate', current_database()); end $$;
--- quiet
-- Who owns the database.
create role landlord;
do $$ begin execute format('alter database %I owner to landlord', current_database()); end $$;
--- quiet
-- Let in again, as they are.
do $$ begin execute format('grant connect on database %I to ringfence_app, ringfence_auditor, ringfence_dispatcher, ringfence_operator, ringfence_reporting, ringfence_backup', current_database()); end $$;
--- quiet
-- PUBLIC, of whom database_open speaks.
do $$ begin execute format('grant connect on database %I to public', current_database()); end $$;
--- fires
grant usage on schema pg_toast to public;
--- fires
create role stranger login;
do $$ begin execute format('grant select on %s to stranger', (select c.reltoastrelid::regclass from pg_class c where c.oid = 'ringfence.comments'::regclass)); end $$;
--- fires
set local allow_system_table_mods = on;
do $$ begin execute format('grant select (chunk_data) on %s to ringfence_app', (select c.reltoastrelid::regclass from pg_class c where c.oid = 'pg_catalog.pg_statistic'::regclass)); end $$;
--- fires
create role stranger login;
grant create on schema pg_catalog to stranger;
--- fires
create role stranger login;
grant create on schema information_schema to stranger;
--- fires
create role stranger login;
grant create on schema public to stranger;
--- quiet
create role chief superuser;
grant create on schema public to chief;
--- quiet
create role stranger login;
grant usage on schema public, pg_catalog to stranger;
--- quiet
create role landlord createrole;
grant create on schema public to landlord;
