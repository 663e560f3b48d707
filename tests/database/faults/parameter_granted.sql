-- Seeds: a role may change a setting of the server that is kept from it. Each part is rolled back by the test.
grant set on parameter session_replication_role to ringfence_app;
--- fires
grant set on parameter log_statement to public;
--- fires
create role stranger login;
grant set on parameter session_replication_role to stranger;
--- fires
grant alter system on parameter row_security to ringfence_backup;
--- fires
grant set on parameter log_statement to ringfence_gate;
--- quiet
create role chief superuser;
grant set on parameter session_replication_role to chief;
