-- Seeds: something of PostgreSQL's own was changed. Each part is rolled back by the test.
alter function pg_catalog.lpad(text, integer) owner to ringfence_owner;
--- fires
create or replace view information_schema.enabled_roles as select subject::name::information_schema.sql_identifier as role_name from ringfence.tickets;
--- fires
alter view information_schema.enabled_roles owner to ringfence_app;
--- fires
create or replace function information_schema._pg_char_octet_length(typid oid, typmod integer) returns integer
    language sql immutable parallel safe strict security definer as 'select count(*)::integer from ringfence.tickets';
--- fires
alter function information_schema._pg_truetypid(pg_attribute, pg_type) security definer;
--- fires
create or replace function pg_catalog.lpad(text, integer) returns text language sql immutable parallel safe strict
    return (select t.subject from ringfence.tickets t limit 1);
--- fires
set local allow_system_table_mods = on;
create or replace view pg_catalog.pg_cursors as
select subject as name, external_id as statement, true as is_holdable, true as is_binary, true as is_scrollable, created_at as creation_time
  from ringfence.tickets;
--- fires
set local allow_system_table_mods = on;
create rule copied as on insert to pg_catalog.pg_largeobject do also select 1;
--- fires
set local allow_system_table_mods = on;
alter table pg_catalog.pg_largeobject enable row level security;
--- fires
alter schema information_schema owner to ringfence_app;
--- quiet
grant select on information_schema.enabled_roles to ringfence_backup;
--- quiet
revoke execute on function pg_catalog.pg_sleep(double precision) from public;
--- fires
create or replace function pg_catalog.uuid_eq(uuid, uuid) returns boolean language sql immutable strict parallel safe leakproof
    as 'select boolne(uuid_lt($1, $2), uuid_ge($1, $2))';
--- fires
create or replace function pg_catalog.uuid_eq(uuid, uuid) returns boolean language sql immutable strict parallel safe leakproof return true;
--- fires
create or replace function pg_catalog.lpad(text, integer) returns text language sql immutable parallel safe strict as 'select $1';
--- fires
update pg_catalog.pg_proc set probin = '/tmp/other.so' where oid = 'pg_catalog.plpgsql_call_handler'::regproc;
--- quiet
create or replace function pg_catalog.quote_literal(anyelement) returns text language sql stable parallel safe strict
    as 'select pg_catalog.quote_literal($1::pg_catalog.text)';
--- fires
alter function pg_catalog.textlike(text, text) cost 0.0001;
--- fires
alter type pg_catalog.uuid owner to ringfence_app;
--- fires
alter collation pg_catalog."C" owner to ringfence_app;
--- fires
alter operator class pg_catalog.uuid_ops using btree owner to ringfence_app;
--- fires
alter operator family pg_catalog.uuid_ops using btree owner to ringfence_app;
--- fires
alter text search configuration pg_catalog.simple owner to ringfence_app;
--- fires
alter text search dictionary pg_catalog.simple owner to ringfence_app;
--- fires
alter conversion pg_catalog.utf8_to_iso_8859_1 owner to ringfence_app;
--- fires
alter language sql owner to ringfence_app;
--- fires
alter tablespace pg_default owner to ringfence_app;
