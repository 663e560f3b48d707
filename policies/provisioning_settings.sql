-- Whom an identity provider lets in, and as what: read by who reads settings, set by owners alone, for it makes members.

alter table ringfence.provisioning_settings enable row level security;
alter table ringfence.provisioning_settings force row level security;

create policy provisioning_settings_wall on ringfence.provisioning_settings as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy provisioning_settings_wall_each_row on ringfence.provisioning_settings as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy provisioning_settings_read on ringfence.provisioning_settings for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('settings.read')));
create policy provisioning_settings_set on ringfence.provisioning_settings for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('settings.change')) and (select ringfence.may('owner.manage')));
create policy provisioning_settings_change on ringfence.provisioning_settings for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('settings.change')) and (select ringfence.may('owner.manage')))
    with check (tenant_id = ringfence.tenant_id());
create policy provisioning_settings_read_by_definers on ringfence.provisioning_settings for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());

grant select on ringfence.provisioning_settings to ringfence_app;
grant insert (tenant_id, issuer, default_role, role_map) on ringfence.provisioning_settings to ringfence_app;
grant update (issuer, default_role, role_map, version, updated_at) on ringfence.provisioning_settings to ringfence_app;
