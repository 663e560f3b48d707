-- Seeds: a tenant table has no primary key. Rolled back by the test.
alter table ringfence.tags drop constraint tags_pkey;
