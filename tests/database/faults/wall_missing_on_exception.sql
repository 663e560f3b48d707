-- Seeds: an excepted table is open to a tenant's login. Rolled back by the test.
grant select on ringfence.audit_inbox to ringfence_reporting;
