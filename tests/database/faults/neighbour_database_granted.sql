-- Seeds: a login was let into another database of the server. Each part is rolled back by the test.
grant connect, temporary on database postgres to ringfence_app;
--- fires
grant temporary on database template1 to ringfence_reporting;
--- fires
create role seeded_login login in role ringfence_reporting;
grant connect on database postgres to seeded_login;
--- fires
grant connect on database postgres to ringfence_app, ringfence_auditor, ringfence_dispatcher, ringfence_operator, ringfence_reporting, ringfence_backup;
grant create on database postgres to ringfence_app;
--- quiet
grant connect on database postgres to ringfence_app, ringfence_auditor, ringfence_dispatcher, ringfence_operator, ringfence_reporting, ringfence_backup;
--- quiet
create role seeded_stranger login;
grant connect, temporary on database postgres to seeded_stranger;
