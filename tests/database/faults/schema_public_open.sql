-- Seeds: PUBLIC has a privilege on a schema. Rolled back by the test.
grant usage on schema public to public;
