-- Exception: logout tokens belong to no tenant. No login has a privilege here; the owner's functions alone.

alter table ringfence.logout_tokens enable row level security;
alter table ringfence.logout_tokens force row level security;

create policy logout_tokens_read_by_definers on ringfence.logout_tokens for select to ringfence_owner
    using (true);
create policy logout_tokens_keep_by_definers on ringfence.logout_tokens for insert to ringfence_owner
    with check (true);
create policy logout_tokens_forget_by_definers on ringfence.logout_tokens for delete to ringfence_owner
    using (true);
