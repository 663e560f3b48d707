-- Seeds: a login owns an object. Each part is rolled back by the test.
create type public.mood as enum ('good');
alter type public.mood owner to ringfence_app;
--- fires
create collation public.sorted (locale = 'C');
alter collation public.sorted owner to ringfence_auditor;
--- fires
alter type pg_catalog.uuid owner to ringfence_dispatcher;
--- fires
create role r_0123456789abcdef0123 login;
grant ringfence_reporting to r_0123456789abcdef0123;
create schema evil authorization r_0123456789abcdef0123;
--- quiet
alter default privileges for role ringfence_app grant execute on functions to ringfence_auditor;
--- quiet
create role stranger login;
create schema evil authorization stranger;
