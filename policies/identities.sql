-- Exception: identities belong to no tenant. No login reads them; the owner's functions map issuer and subject to an id.

alter table ringfence.identities enable row level security;
alter table ringfence.identities force row level security;

create policy identities_read_by_definers on ringfence.identities for select to ringfence_owner
    using (true);
create policy identities_create_by_definers on ringfence.identities for insert to ringfence_owner
    with check (true);
create policy identities_read_at_the_gate on ringfence.identities for select to ringfence_gate
    using (true);

grant select (identity_id, issuer) on ringfence.identities to ringfence_gate;
