-- The two schemas and what everybody may not do in them. Runs first, as owner.

grant usage on schema ringfence to ringfence_app, ringfence_auditor, ringfence_dispatcher, ringfence_operator, ringfence_gate, ringfence_reporting;
grant usage on schema reporting to ringfence_reporting;
-- Global form: the form with IN SCHEMA revokes nothing that PUBLIC has by default.
alter default privileges for role ringfence_owner revoke execute on functions from public;
