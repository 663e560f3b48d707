-- Seeds: a table that a tenant's login reads has no second wall. Rolled back by the test.
alter policy comments_wall_each_row on ringfence.comments using (tenant_id = (select ringfence.current_tenant()));
