-- Seeds: a door's key has a nullable column. Rolled back by the test.
alter table ringfence.comments alter column group_key drop not null;
