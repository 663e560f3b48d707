-- Seeds: PUBLIC may execute a function. Rolled back by the test.
grant execute on function ringfence.unseal() to public;
