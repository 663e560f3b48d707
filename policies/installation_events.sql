-- Exception: events of no tenant. The auditor reads; the mover writes; nobody changes or deletes.

alter table ringfence.installation_events enable row level security;
alter table ringfence.installation_events force row level security;

create policy installation_events_written_by_mover on ringfence.installation_events for insert to ringfence_owner
    with check (true);
create policy installation_events_read_by_auditor on ringfence.installation_events for select to ringfence_auditor
    using (true);

grant select on ringfence.installation_events to ringfence_auditor;
