-- Seeds: row security is off. Rolled back by the test.
alter table ringfence.tags disable row level security;
