-- Exception: keys. No login has any privilege here; the owner's functions compute with them and never return them.

alter table ringfence.keys enable row level security;
alter table ringfence.keys force row level security;

create policy keys_read_by_definers on ringfence.keys for select to ringfence_owner
    using (true);
-- migrate makes and rotates keys as the owner.
create policy keys_create_by_definers on ringfence.keys for insert to ringfence_owner
    with check (true);
create policy keys_change_by_definers on ringfence.keys for update to ringfence_owner
    using (true)
    with check (true);
create policy keys_read_at_the_gate on ringfence.keys for select to ringfence_gate
    using (true);

grant select (purpose, kid, inner_pad, outer_pad, retired_at) on ringfence.keys to ringfence_gate;
