-- Seeds: old statistics of a silenced column are still there. Rolled back by the test.
insert into ringfence.tenants (tenant_id, slug, name) values ('00000000-0000-7000-8000-000000000001', 'first', 'First'), ('00000000-0000-7000-8000-000000000002', 'second', 'Second');
alter table ringfence.tenants alter column name set statistics 100;
analyze ringfence.tenants;
alter table ringfence.tenants alter column name set statistics 0;
