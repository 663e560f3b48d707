-- Seeds: a tenant table has no wall. Rolled back by the test.
drop policy comments_wall on ringfence.comments;
create policy comments_wall on ringfence.comments as restrictive for all to public
    using (tenant_id = ringfence.tenant_id()) with check (tenant_id = (select ringfence.current_tenant()));
