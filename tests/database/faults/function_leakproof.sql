-- Seeds: a function is marked LEAKPROOF. Each part is rolled back by the test.
alter function pg_catalog.texticlike(text, text) leakproof;
--- fires
alter function pg_catalog.textnlike(text, text) leakproof;
--- fires
alter function pg_catalog.int8div(bigint, bigint) leakproof;
--- fires
create function ringfence.told(text) returns boolean language sql immutable leakproof as 'select true';
--- quiet
alter function pg_catalog.uuid_eq(uuid, uuid) leakproof;
