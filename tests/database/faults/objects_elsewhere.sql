-- Seeds: objects stand outside the two schemas. Each part is rolled back by the test.
create table public.tickets_backup (subject text);
--- fires
create table public.tickets_backup (subject text);
alter extension plpgsql add table public.tickets_backup;
--- fires
create function pg_toast.copied() returns setof ringfence.tickets language sql security definer as 'select * from ringfence.tickets';
--- fires
set local allow_system_table_mods = on;
create schema pg_toastx;
create view pg_toastx.v as select * from ringfence.tickets;
--- quiet
create temporary table scratch (subject text);
