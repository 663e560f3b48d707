-- Seeds: a door is open to everything. Rolled back by the test.
create policy audit_inbox_read on ringfence.audit_inbox for select to ringfence_app using (true);
