-- Exception: sign-ins under way belong to no tenant and to nobody yet. No login has a privilege here; the owner's functions alone.

alter table ringfence.sign_in_attempts enable row level security;
alter table ringfence.sign_in_attempts force row level security;

create policy sign_in_attempts_read_by_definers on ringfence.sign_in_attempts for select to ringfence_owner
    using (true);
create policy sign_in_attempts_begin_by_definers on ringfence.sign_in_attempts for insert to ringfence_owner
    with check (true);
create policy sign_in_attempts_end_by_definers on ringfence.sign_in_attempts for delete to ringfence_owner
    using (true);
-- A row is locked behind the policies of UPDATE (CREATE POLICY, "Policies Applied by Command Type"); none is ever changed.
create policy sign_in_attempts_lock_by_definers on ringfence.sign_in_attempts for update to ringfence_owner
    using (true)
    with check (false);
