-- Seeds: a setting changes what statements mean. Rolled back by the test.
set local session_replication_role = replica;
