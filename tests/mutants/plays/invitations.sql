-- Who invites whom to what, who sees invitations and who calls them off.

-- play: who invites to which role, in whose name
insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at) values ('<tenant>', '{new}', sha256('x'), 'x@example.org', 'x', '<role>', '<by>', now() + interval '1 day');
-- effects
-- let: tenant={acme} role=agent by=<me>
-- owner admin service[admin]: #1 / invitations a+1
-- owner role=owner: #1 / invitations a+1
-- admin role=owner: !42501
-- service[admin,owner.manage] role=owner: #1 / invitations a+1
-- service[owner.manage] role=owner: !42501
-- service[owner.manage]: !42501
-- service[admin,-audit.read] service[member.manage]: !42501
-- owner by={admin}: !42501
-- admin by={owner}: !42501
-- owner role=owner by={admin}: !42501
-- owner tenant={globex}: !42501
-- agent grouped_agent light_agent requester auditor nobody definer: !42501

-- play: what is not for the inviter to write
insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at, <column>) values ('{acme}', '{new}', sha256('x'), 'x@example.org', 'x', 'agent', '{owner}', now() + interval '1 day', <value>);
-- let: column=version value=1
-- owner: !42501
-- owner column=created_at value=now(): !42501
-- owner column=accepted_at value=null: !42501
-- owner column=accepted_by value=null: !42501
-- owner column=revoked_at value=null: !42501

-- play: who sees invitations, and of what
select string_agg(concat_ws('|', invitation_id, email, name, role, invited_by, version, created_at::date, expires_at::date, accepted_at::date, accepted_by, revoked_at::date, left(tenant_id::text, 1)), ' ') from ringfence.invitations;
-- before:
insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, created_at, expires_at) select t.tenant_id, '{new}', sha256('x'), 'x@example.org', 'x', 'agent', '{owner}', '2026-01-01', '2026-01-08' from ringfence.tenants t;
-- owner admin service[member.manage] definer: new|x@example.org|x|agent|owner|1|2026-01-01|2026-01-08|a
-- agent grouped_agent light_agent requester auditor service[member.read] nobody owner_role: null

-- play: a secret's hash is read by nobody
select secret_hash from ringfence.invitations;
-- owner admin nobody: !42501

-- play: who calls invitations off, once
update ringfence.invitations set <set>;
-- before:
insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, created_at, expires_at, revoked_at)
select t.tenant_id, i.id::uuid, sha256(i.id::bytea), i.id || '@example.org', 'x', 'agent', '{owner}', '2026-01-01', '2026-01-08', i.ended from ringfence.tenants t, (values ('{new}', null), ('{new2}', '2026-01-02'::timestamptz)) i (id, ended);
-- after:
select string_agg(left(tenant_id::text, 1) || invitation_id || ' ' || (revoked_at = transaction_timestamp()) || ' ' || version, ' ' order by tenant_id, invitation_id) from ringfence.invitations where revoked_at is not null;
-- let: set=revoked_at=now()
-- owner admin service[member.manage]: #1 / anew true 1 anew2 false 1 bnew2 false 1
-- owner set=revoked_at=now(),version=2: #1 / anew true 2 anew2 false 1 bnew2 false 1
-- owner set=revoked_at=null: !42501
-- owner set=revoked_at=now()-interval'1h': !42501
-- owner set=version=9: !42501
-- owner set=role='owner': !42501
-- owner set=email='y@example.org': !42501
-- owner set=expires_at=now(): !42501
-- owner set=secret_hash=sha256('y'): !42501
-- owner set=invited_by='{admin}': !42501
-- owner set=accepted_at=now(): !42501
-- owner set=accepted_by='{admin}': !42501
-- owner set=name='y': !42501
-- agent grouped_agent light_agent requester auditor service[member.read] nobody: #0 / anew2 false 1 bnew2 false 1

-- play: nobody removes an invitation
delete from ringfence.invitations;
-- owner admin nobody: !42501
