-- Seeds: a login may change a setting of the server that is kept from it. Rolled back by the test.
grant set on parameter session_replication_role to ringfence_app;
