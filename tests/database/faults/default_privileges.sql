-- Seeds: what is created next would be open. Each part is rolled back by the test.
alter default privileges for role ringfence_owner grant execute on functions to public;
--- fires
alter default privileges grant select on tables to ringfence_app;
--- fires
alter default privileges grant execute on functions to ringfence_app;
--- fires
alter default privileges grant usage on schemas to ringfence_reporting;
--- fires
alter default privileges grant usage on schemas to public;
--- fires
alter default privileges in schema ringfence grant select on tables to ringfence_app;
--- fires
alter default privileges in schema public grant select on tables to ringfence_app;
--- fires
create role r_0123456789abcdef0123 login;
grant ringfence_reporting to r_0123456789abcdef0123;
alter default privileges in schema pg_catalog grant execute on functions to r_0123456789abcdef0123;
--- quiet
create role stranger;
alter default privileges in schema public grant select on tables to stranger;
--- quiet
alter default privileges for role ringfence_app grant execute on functions to ringfence_auditor;
--- quiet
alter default privileges revoke usage on types from public;
