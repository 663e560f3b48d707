-- Seeds: a role may update a table as a whole, or a column of a key. Rolled back by the test.
grant update on ringfence.organizations to ringfence_app;
