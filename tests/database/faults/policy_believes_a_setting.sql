-- Seeds: a policy believes what a statement can forge, or names a role. Rolled back by the test.
create policy groups_read_by_name on ringfence.groups for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and name = current_setting('app.group', true));
