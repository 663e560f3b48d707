-- Seeds: the system's schemas hold something that PostgreSQL did not put there. Rolled back by the test.
set local allow_system_table_mods = on;
create view pg_catalog.evil as select * from ringfence.tickets;
grant select on pg_catalog.evil to public;
