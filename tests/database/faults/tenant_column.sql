-- Seeds: a tenant table has no proper tenant_id. Rolled back by the test.
create table ringfence.notes (note_id uuid not null, constraint notes_pkey primary key (note_id));
