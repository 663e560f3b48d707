-- Seeds: a table is not durable. Rolled back by the test.
alter table ringfence.idempotency_keys set unlogged;
