-- Seeds: a login was given the system's own tables. Rolled back by the test.
grant select on pg_catalog.pg_authid to ringfence_app;
grant select (rolpassword) on pg_catalog.pg_authid to ringfence_app;
