-- Seeds: a role has a privilege on a table that is the owner's alone. Rolled back by the test.
grant select (kid) on ringfence.keys to ringfence_app;
