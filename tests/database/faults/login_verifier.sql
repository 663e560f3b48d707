-- Seeds: a login's password is kept as MD5. Each part is rolled back by the test.
set local password_encryption = 'md5';
alter role ringfence_dispatcher password 'x';
--- fires
create role r_0123456789abcdef0123 login connection limit 5 password 'md500000000000000000000000000000000';
grant ringfence_reporting to r_0123456789abcdef0123;
--- quiet
set local password_encryption = 'md5';
create role stranger login password 'x';
