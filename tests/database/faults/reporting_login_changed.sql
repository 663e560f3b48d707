-- Seeds: an analyst changed their own login. Rolled back by the test.
create role r_0123456789abcdef0123 login connection limit 5;
grant ringfence_reporting to r_0123456789abcdef0123;
alter role r_0123456789abcdef0123 set default_transaction_read_only = off;
