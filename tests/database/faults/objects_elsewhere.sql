-- Seeds: objects stand outside the two schemas. Rolled back by the test.
create table public.tickets_backup (subject text);
