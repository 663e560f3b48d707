-- Seeds: rows leave the server by logical replication. Rolled back by the test.
create publication everything for all tables;
