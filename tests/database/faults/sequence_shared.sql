-- Seeds: a sequence is shared by the tenants. Rolled back by the test.
alter table ringfence.tags add column tag_number bigint generated always as identity;
