-- Seeds: a policy reads the context for each row. Rolled back by the test.
create policy tags_read_bare on ringfence.tags for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and ringfence.may('group.read'));
