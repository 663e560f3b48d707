-- Seeds: an analyst may do more than read the reported tables. Rolled back by the test.
grant select (tenant_id, name) on ringfence.contacts to ringfence_reporting;
