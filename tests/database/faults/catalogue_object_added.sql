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
--- fires
create domain pg_catalog.evil as text;
--- fires
create collation pg_catalog.evil (locale = 'C');
--- fires
create text search configuration pg_catalog.evil (copy = pg_catalog.english);
--- fires
create text search dictionary pg_catalog.evil (template = pg_catalog.simple);
--- fires
create operator family pg_catalog.evil using btree;
--- fires
create operator class ringfence.evil default for type xid8 using brin family pg_catalog.uuid_bloom_ops as storage xid8;
--- fires
create schema evil;
create function evil.f(uuid, text) returns integer language sql immutable as 'select 0';
alter operator family pg_catalog.uuid_ops using btree add function 1 (uuid, text) evil.f(uuid, text);
--- quiet
create type public.mood as enum ('good');
