-- Seeds: a login may create objects. Each part is rolled back by the test.
grant create on schema reporting to ringfence_app;
--- fires
create role r_0123456789abcdef0123 login;
grant ringfence_reporting to r_0123456789abcdef0123;
create schema evil;
grant usage, create on schema evil to r_0123456789abcdef0123;
--- fires
grant create on schema pg_toast to ringfence_app;
--- quiet
create role stranger login;
create schema evil;
grant usage, create on schema evil to stranger;
