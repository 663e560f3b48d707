-- Seeds: an analyst's login is not of the fixed shape. Rolled back by the test.
create role r_0123456789abcdef0123 login createdb connection limit 5;
grant ringfence_reporting to r_0123456789abcdef0123;
