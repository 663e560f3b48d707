-- Exception: sessions belong to identities, so to no tenant. No login has any privilege here; the owner's functions open, find and end them.

alter table ringfence.sessions enable row level security;
alter table ringfence.sessions force row level security;

create policy sessions_read_by_definers on ringfence.sessions for select to ringfence_owner
    using (true);
create policy sessions_open_by_definers on ringfence.sessions for insert to ringfence_owner
    with check (true);
create policy sessions_end_by_definers on ringfence.sessions for update to ringfence_owner
    using (true)
    with check (true);
-- What is over, and nothing else.
create policy sessions_clear_by_definers on ringfence.sessions for delete to ringfence_owner
    using (idle_expires_at < transaction_timestamp());
create policy sessions_read_at_the_gate on ringfence.sessions for select to ringfence_gate
    using (true);

grant select on ringfence.sessions to ringfence_gate;
