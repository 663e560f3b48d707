-- Seeds: an analyst's login is not of the fixed shape. Each part is rolled back by the test.
create role r_0123456789abcdef0123 login createdb connection limit 5;
grant ringfence_reporting to r_0123456789abcdef0123;
--- fires
create role r_0123456789abcdef0123 login connection limit 5;
grant ringfence_reporting to r_0123456789abcdef0123 with admin option;
--- fires
create role r_0123456789abcdef0123 login connection limit 5;
grant ringfence_reporting to r_0123456789abcdef0123;
comment on role r_0123456789abcdef0123 is 'acme';
--- quiet
create role r_0123456789abcdef0123 login connection limit 5;
grant ringfence_reporting to r_0123456789abcdef0123;
