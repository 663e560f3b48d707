-- Exception: sessions belong to identities, so to no tenant. No login has any privilege here; the owner's functions open, find and end them.

alter table ringfence.sessions enable row level security;
alter table ringfence.sessions force row level security;

create policy sessions_read_by_definers on ringfence.sessions for select to ringfence_owner
    using (true);
