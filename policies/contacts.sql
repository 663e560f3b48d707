-- Contacts: read by staff, oneself by oneself; created and changed by agents, deleted by admins.

alter table ringfence.contacts enable row level security;
alter table ringfence.contacts force row level security;

create policy contacts_wall on ringfence.contacts as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy contacts_wall_each_row on ringfence.contacts as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy contacts_read on ringfence.contacts for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('contact.read')));
create policy contacts_read_self on ringfence.contacts for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and contact_id = (select ringfence.oneself()));
create policy contacts_create on ringfence.contacts for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('contact.change')));
-- How staff are called and written to is for those who manage members, and for oneself.
create policy contacts_change on ringfence.contacts for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('contact.change')) and contact_id <> all ((select ringfence.kept_contacts())::uuid[]))
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('contact.change')));
create policy contacts_remove on ringfence.contacts for delete to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('contact.delete')));
-- The operator's functions make the first people of a tenant, those of provisioning the identity provider's.
create policy contacts_read_by_definers on ringfence.contacts for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy contacts_create_by_definers on ringfence.contacts for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
create policy contacts_change_by_definers on ringfence.contacts for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());

grant select, delete on ringfence.contacts to ringfence_app;
grant insert (tenant_id, contact_id, name, email, organization_id, external_source, external_id) on ringfence.contacts to ringfence_app;
grant update (name, email, organization_id, external_source, external_id, version, updated_at, member_version) on ringfence.contacts to ringfence_app;
