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
