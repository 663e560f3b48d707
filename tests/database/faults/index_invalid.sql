-- Seeds: an index is not valid. Rolled back by the test.
update pg_catalog.pg_index set indisvalid = false where indexrelid = 'ringfence.contacts_email_key'::regclass;
