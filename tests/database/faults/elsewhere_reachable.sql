-- Seeds: a login reaches what stands outside the two schemas. Each part is rolled back by the test.
create schema evil;
create view evil.v as select * from ringfence.tickets;
grant usage on schema evil to ringfence_app;
grant select on evil.v to ringfence_app;
--- fires
create schema evil;
create view evil.v as select * from ringfence.tickets;
grant usage on schema evil to ringfence_app;
grant select on evil.v to ringfence_app;
alter extension plpgsql add view evil.v;
--- fires
create function pg_toast.copied() returns setof ringfence.tickets language sql security definer as 'select * from ringfence.tickets';
grant usage on schema pg_toast to ringfence_reporting;
grant execute on function pg_toast.copied() to ringfence_reporting;
--- fires
set local allow_system_table_mods = on;
create view pg_toast.v as select * from ringfence.tickets;
grant usage on schema pg_toast to ringfence_app;
grant select on pg_toast.v to ringfence_app;
--- fires
set local allow_system_table_mods = on;
create schema pg_toastx;
create view pg_toastx.v as select * from ringfence.tickets;
grant usage on schema pg_toastx to public;
grant select on pg_toastx.v to public;
--- quiet
create schema audited;
create function audited.told() returns event_trigger language plpgsql security definer as 'begin end';
grant usage on schema audited to ringfence_app;
grant execute on function audited.told() to ringfence_app;
--- fires
grant usage on schema pg_toast to public;
do $$ begin execute format('grant select on %s to public', (select c.reltoastrelid::regclass from pg_class c where c.oid = 'ringfence.comments'::regclass)); end $$;
