-- Exception: the inbox takes events of every tenant and of none. The service writes for the entered tenant; the auditor for any.

alter table ringfence.audit_inbox enable row level security;
alter table ringfence.audit_inbox force row level security;

create policy audit_inbox_wall on ringfence.audit_inbox as restrictive for all to ringfence_app
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));

create policy audit_inbox_written_by_service on ringfence.audit_inbox for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id());
create policy audit_inbox_written_by_auditor on ringfence.audit_inbox for insert to ringfence_auditor
    with check (true);
-- The operator's functions.
create policy audit_inbox_written_by_definers on ringfence.audit_inbox for insert to ringfence_owner
    with check (true);
create policy audit_inbox_read_by_mover on ringfence.audit_inbox for select to ringfence_owner
    using (true);
-- An event that names an unknown tenant is handed to the installation.
create policy audit_inbox_change_by_mover on ringfence.audit_inbox for update to ringfence_owner
    using (true)
    with check (true);
create policy audit_inbox_moved_by_mover on ringfence.audit_inbox for delete to ringfence_owner
    using (true);

-- Not the event's id, transaction or time: those are the database's.
grant insert (tenant_id, action, decision, rule, object_type, object_id, object_version, external_system, details)
    on ringfence.audit_inbox to ringfence_app, ringfence_auditor;
-- Who called, how and by which request is not the service's to say inside a tenant: the columns' defaults read the context.
grant insert (request_id, actor_id, identity_id, actor_kind, on_behalf_of, session_id, authentication) on ringfence.audit_inbox to ringfence_auditor;
