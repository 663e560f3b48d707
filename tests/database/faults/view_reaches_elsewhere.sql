-- Seeds: a view reads something other than tenant tables. Rolled back by the test.
create view reporting.tenants with (security_invoker = true, security_barrier = true) as select tenant_id from ringfence.tenants;
