-- Seeds: a door is for PUBLIC or for a role without doors. Rolled back by the test.
create policy tags_read_all on ringfence.tags for select
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('group.read')));
