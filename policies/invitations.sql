-- Invitations: made, read and revoked by who manages members; nobody invites to what they could not add. Accepted by the owner's
-- function alone.

alter table ringfence.invitations enable row level security;
alter table ringfence.invitations force row level security;

create policy invitations_wall on ringfence.invitations as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy invitations_wall_each_row on ringfence.invitations as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy invitations_read on ringfence.invitations for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')));
create policy invitations_make on ringfence.invitations for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')) and role <> 'owner' and (select ringfence.gives_roles())
        and invited_by = (select ringfence.member()));
create policy invitations_make_any on ringfence.invitations for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('owner.manage')) and (select ringfence.gives_roles())
        and invited_by = (select ringfence.member()));
-- Revoked once, and never made good again.
create policy invitations_revoke on ringfence.invitations for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')) and revoked_at is null)
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')) and revoked_at = transaction_timestamp());
create policy invitations_read_by_definers on ringfence.invitations for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy invitations_accept_by_definers on ringfence.invitations for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());

grant select (tenant_id, invitation_id, email, name, role, invited_by, version, created_at, expires_at, accepted_at, accepted_by, revoked_at)
    on ringfence.invitations to ringfence_app;
grant insert (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at) on ringfence.invitations to ringfence_app;
grant update (version, revoked_at) on ringfence.invitations to ringfence_app;
