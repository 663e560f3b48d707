-- Seeds: an object of a kind that the installation has none of. Each part is rolled back by the test.
create collation ringfence.evil (locale = 'C');
--- fires
create text search configuration reporting.evil (copy = pg_catalog.english);
--- fires
create text search dictionary ringfence.evil (template = pg_catalog.simple);
--- fires
create operator family ringfence.evil using btree;
--- fires
create operator class ringfence.evil for type xid8 using hash as operator 1 =;
--- fires
create conversion ringfence.evil for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
--- fires
create type ringfence.evil as (note text);
--- fires
create type ringfence.evil;
--- quiet
-- What sql/schema.sql is compared with is the drift's to say.
create type ringfence.mood as enum ('good');
create function ringfence.told() returns text language sql as 'select null::text';
create table ringfence.notes (note_id uuid primary key, note text);
