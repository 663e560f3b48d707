-- API tokens: who may have any makes, sees and revokes their own, of rights they hold; who manages tokens makes those of services and
-- revokes all.

alter table ringfence.api_tokens enable row level security;
alter table ringfence.api_tokens force row level security;

create policy api_tokens_wall on ringfence.api_tokens as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy api_tokens_wall_each_row on ringfence.api_tokens as restrictive for all to ringfence_app
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

create policy api_tokens_read on ringfence.api_tokens for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('token.manage')));
-- Nobody sees, makes or revokes a token in the name of whom they act for.
create policy api_tokens_read_own on ringfence.api_tokens for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and member_id = (select ringfence.actor()) and member_id = (select ringfence.member()));
-- A token makes no successors that outlive it, unless that is among its scopes.
create policy api_tokens_create_own on ringfence.api_tokens for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('token.create')) and member_id = (select ringfence.actor()) and member_id = (select ringfence.member()) and created_by = member_id and scopes <@ (select ringfence.grantable())::text[]);
create policy api_tokens_create_of_services on ringfence.api_tokens for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('token.manage')) and member_role = 'service' and created_by = (select ringfence.actor()) and scopes <@ (select ringfence.grantable())::text[]);
create policy api_tokens_revoke on ringfence.api_tokens for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('token.manage')) and revoked_at is null)
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('token.manage')) and revoked_at = transaction_timestamp());
-- Whoever has found a token may end it, and no other by it: no token holds the right to make one.
create policy api_tokens_revoke_own on ringfence.api_tokens for update to ringfence_app
    using (tenant_id = ringfence.tenant_id() and member_id = (select ringfence.actor()) and member_id = (select ringfence.member()) and ((select ringfence.may('token.create')) or api_token_id::text = (select ringfence.credential())) and revoked_at is null)
    with check (tenant_id = ringfence.tenant_id() and member_id = (select ringfence.actor()) and member_id = (select ringfence.member()) and revoked_at = transaction_timestamp());
-- With their owner's membership, by whoever may end that: to read one takes the right to, which api_tokens/get.sql asks for.
create policy api_tokens_read_to_remove on ringfence.api_tokens for select to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')));
create policy api_tokens_remove on ringfence.api_tokens for delete to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('member.manage')) and member_role <> 'owner' and (select ringfence.gives_roles()));
create policy api_tokens_remove_any on ringfence.api_tokens for delete to ringfence_app
    using (tenant_id = ringfence.tenant_id() and (select ringfence.may('owner.manage')) and (select ringfence.gives_roles()));
create policy api_tokens_read_by_definers on ringfence.api_tokens for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy api_tokens_use_by_definers on ringfence.api_tokens for update to ringfence_owner
    using (tenant_id = ringfence.tenant_id())
    with check (tenant_id = ringfence.tenant_id());
create policy api_tokens_remove_by_definers on ringfence.api_tokens for delete to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
create policy api_tokens_read_at_the_gate on ringfence.api_tokens for select to ringfence_gate
    using (tenant_id = ringfence.tenant_id());

-- The hash is written once and read by enter() alone.
grant select (tenant_id, api_token_id, member_id, member_role, name, scopes, created_by, created_at, expires_at, last_used_at, revoked_at) on ringfence.api_tokens to ringfence_app;
grant insert (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at) on ringfence.api_tokens to ringfence_app;
grant update (revoked_at) on ringfence.api_tokens to ringfence_app;
grant delete on ringfence.api_tokens to ringfence_app;
grant select (tenant_id, api_token_id, member_id, token_hash, scopes, expires_at, revoked_at) on ringfence.api_tokens to ringfence_gate;
