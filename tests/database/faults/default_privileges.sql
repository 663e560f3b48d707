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
--- quiet
alter default privileges for role ringfence_app grant execute on functions to ringfence_auditor;
--- quiet
alter default privileges revoke usage on types from public;
