-- Seeds: a door is for all commands. Rolled back by the test.
create policy tags_manage on ringfence.tags to ringfence_app
    using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id());
