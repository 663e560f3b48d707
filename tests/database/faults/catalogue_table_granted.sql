-- Seeds: a login was given the system's own tables. Each part is rolled back by the test.
grant select on pg_catalog.pg_authid to ringfence_app;
--- fires
grant select (rolpassword) on pg_catalog.pg_authid to ringfence_app;
--- fires
grant select on pg_catalog.pg_shadow to ringfence_app;
--- fires
grant select on pg_catalog.pg_user_mapping to ringfence_auditor;
--- fires
grant select on pg_catalog.pg_statistic to public;
--- fires
grant select (subconninfo) on pg_catalog.pg_subscription to ringfence_dispatcher;
--- fires
grant select on pg_catalog.pg_largeobject to ringfence_reporting;
--- fires
grant update on pg_catalog.pg_class to public;
--- quiet
grant select on pg_catalog.pg_class to public;
--- quiet
grant select on pg_catalog.pg_shadow to ringfence_backup;
--- fires
grant insert, select on information_schema.sql_features to public;
--- fires
grant update (comments) on information_schema.sql_parts to ringfence_app;
--- quiet
grant select on information_schema.sql_features to public;
--- fires
grant select on information_schema._pg_user_mappings to public;
