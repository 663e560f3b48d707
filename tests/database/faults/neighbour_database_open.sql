-- Seeds: PUBLIC may connect to another database of the server. Rolled back by the test.
grant connect on database postgres to public;
