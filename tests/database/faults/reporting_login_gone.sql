-- Seeds: the map of analysts' logins names a role that is not one. Rolled back by the test.
insert into ringfence.tenants (tenant_id, slug, name) values ('00000000-0000-7000-8000-000000000001', 'first', 'First');
insert into ringfence.reporting_logins (login, tenant_id) values ('r_00000000000000000000', '00000000-0000-7000-8000-000000000001');
