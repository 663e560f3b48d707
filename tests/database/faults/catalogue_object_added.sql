-- Seeds: the system's schemas hold something that PostgreSQL did not put there. Each part is rolled back by the test.
set local allow_system_table_mods = on;
create view pg_catalog.evil as select * from ringfence.tickets;
grant select on pg_catalog.evil to public;
--- fires
create function pg_catalog.evil() returns setof ringfence.tickets language sql security definer as 'select * from ringfence.tickets';
alter extension plpgsql add function pg_catalog.evil();
--- fires
create cast (text as uuid) with inout as implicit;
alter extension plpgsql add cast (text as uuid);
