-- Seeds: a door of the analysts is not of the one form. Rolled back by the test.
create policy tags_report on ringfence.tags for insert to ringfence_reporting with check (tenant_id = ringfence.tenant_id());
