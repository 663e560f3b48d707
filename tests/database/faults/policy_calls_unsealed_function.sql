-- Seeds: a policy calls a function that does not read the context. Rolled back by the test.
create policy tags_read_short on ringfence.tags for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and char_length(tag) < 5);
