-- Seeds: row security is not forced. Rolled back by the test.
alter table ringfence.tickets no force row level security;
