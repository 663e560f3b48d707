-- Seeds: a foreign key does not carry the tenant. Rolled back by the test.
create unique index groups_id on ringfence.groups (group_id);
alter table ringfence.tickets add constraint tickets_only_group_fkey foreign key (group_id) references ringfence.groups (group_id);
