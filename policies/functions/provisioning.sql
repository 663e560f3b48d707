-- What the operator of an installation may do, and nothing else: each function enters one tenant for its own transaction,
-- writes its audit row there, and leaves. The operator holds no privilege on any table.

create function ringfence.record_operation(tenant_id uuid, request_id uuid, action text, object_type text, object_id uuid, details jsonb) returns void
language sql volatile parallel unsafe
begin atomic
    insert into ringfence.audit_inbox (tenant_id, request_id, action, decision, rule, actor_kind, object_type, object_id, details)
    values (record_operation.tenant_id, record_operation.request_id, record_operation.action, 'allow', 'operator', 'operator',
            record_operation.object_type, record_operation.object_id, record_operation.details);
end;

create function ringfence.create_tenant(tenant_id uuid, slug text, name text, request_id uuid) returns void
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ringfence.seal(create_tenant.tenant_id);
    insert into ringfence.tenants (tenant_id, slug, name) values (create_tenant.tenant_id, create_tenant.slug, create_tenant.name);
    insert into ringfence.ticket_counters (tenant_id) values (create_tenant.tenant_id);
    insert into ringfence.audit_heads (tenant_id, length) values (create_tenant.tenant_id, 0);
    perform ringfence.record_operation(create_tenant.tenant_id, create_tenant.request_id, 'tenant.created', 'tenant', create_tenant.tenant_id, '{}');
    perform ringfence.record_operation(null, create_tenant.request_id, 'tenant.created', 'tenant', create_tenant.tenant_id, '{}');
    perform ringfence.unseal();
end
$$;

-- Suspends (true) or resumes (false). False when there is no such tenant.
create function ringfence.suspend_tenant(tenant_id uuid, suspended boolean, request_id uuid) returns boolean
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    action text := case when suspended then 'tenant.suspended' else 'tenant.resumed' end;
begin
    perform ringfence.seal(suspend_tenant.tenant_id);
    update ringfence.tenants t
       set status = case when suspended then 'suspended' else 'active' end,
           suspended_at = case when suspended then coalesce(t.suspended_at, transaction_timestamp()) end
     where t.tenant_id = suspend_tenant.tenant_id;
    if not found then
        perform ringfence.unseal();
        return false;
    end if;
    perform ringfence.record_operation(suspend_tenant.tenant_id, suspend_tenant.request_id, action, 'tenant', suspend_tenant.tenant_id, '{}');
    perform ringfence.record_operation(null, suspend_tenant.request_id, action, 'tenant', suspend_tenant.tenant_id, '{}');
    perform ringfence.unseal();
    return true;
end
$$;

-- The one reader over all tenants: names and states, no content.
create function ringfence.list_tenants(request_id uuid) returns table (tenant_id uuid, slug text, name text, status text, created_at timestamptz)
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ringfence.record_operation(null, list_tenants.request_id, 'tenant.listed', 'tenant', null, '{}');
    return query select t.tenant_id, t.slug, t.name, t.status, t.created_at from ringfence.tenants t order by t.slug;
end
$$;

-- Which one a command is told, and whether it takes members' work; no other is read.
create function ringfence.find_tenant(tenant text) returns table (tenant_id uuid, status text)
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
begin atomic
    select t.tenant_id, t.status from ringfence.tenants t where t.slug = find_tenant.tenant or t.tenant_id::text = lower(find_tenant.tenant);
end;

-- A command's turn in a tenant, until the transaction ends; false where another one of its name has it. No request has a key of these.
create function ringfence.command_turn(tenant_id uuid, command text) returns boolean
language sql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
return pg_try_advisory_xact_lock(ringfence.turn_key('command', tenant_id, command));

-- Ties an identity to a tenant. Null when the identity is a member already or the tenant is unknown.
create function ringfence.provision_member(tenant_id uuid, issuer text, subject text, name text, email text, role text, permissions text[], request_id uuid) returns uuid
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    identity uuid := ringfence.identity_of(provision_member.issuer, provision_member.subject);
    person uuid;
begin
    perform ringfence.seal(provision_member.tenant_id);
    if not exists (select from ringfence.tenants t where t.tenant_id = provision_member.tenant_id)
        or exists (select from ringfence.members m where m.tenant_id = provision_member.tenant_id and m.identity_id = identity) then
        perform ringfence.unseal();
        return null;
    end if;
    -- A former member's own record is the same person; an address proves nothing.
    select c.contact_id into person from ringfence.contacts c
     where c.tenant_id = provision_member.tenant_id and c.identity_id = identity;
    if person is null then
        person := ringfence.new_id();
        insert into ringfence.contacts (tenant_id, contact_id, name, email, identity_id)
        values (provision_member.tenant_id, person, provision_member.name, provision_member.email, identity);
        perform ringfence.record_operation(provision_member.tenant_id, provision_member.request_id, 'contact.created', 'contact', person, '{}');
    end if;
    insert into ringfence.members (tenant_id, member_id, identity_id, role, permissions, version)
    values (provision_member.tenant_id, person, identity, provision_member.role, provision_member.permissions, ringfence.first_version(person));
    insert into ringfence.memberships (identity_id, tenant_id) values (identity, provision_member.tenant_id);
    perform ringfence.record_operation(provision_member.tenant_id, provision_member.request_id, 'member.added', 'member', person,
        jsonb_build_object('role', provision_member.role, 'identity_id', identity));
    perform ringfence.unseal();
    return person;
end
$$;

create function ringfence.list_provisioned_members(tenant_id uuid, request_id uuid)
returns table (member_id uuid, name text, role text, issuer text, subject text, created_at timestamptz)
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ringfence.seal(list_provisioned_members.tenant_id);
    perform ringfence.record_operation(list_provisioned_members.tenant_id, list_provisioned_members.request_id, 'member.listed', 'member', null, '{}');
    return query
    select m.member_id, c.name, m.role, i.issuer, i.subject, m.created_at
      from ringfence.members m
      join ringfence.contacts c on c.tenant_id = m.tenant_id and c.contact_id = m.member_id
      join ringfence.identities i on i.identity_id = m.identity_id
     where m.tenant_id = list_provisioned_members.tenant_id
     order by m.created_at, m.member_id;
    perform ringfence.unseal();
end
$$;

-- Says `removed`, `no_member` or, changing nothing, `last_owner`. The person's record and tickets stay.
create function ringfence.deprovision_member(tenant_id uuid, member_id uuid, request_id uuid) returns text
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    person_held ringfence.contacts;
    ended ringfence.members;
    switched_off uuid;
begin
    perform ringfence.seal(deprovision_member.tenant_id);
    person_held := ringfence.hold_person(deprovision_member.member_id);
    -- Locked in one order, and counted after: of two owners who are removed at once the second one is the last.
    perform from ringfence.members o where o.tenant_id = deprovision_member.tenant_id and o.role = 'owner' order by o.member_id for no key update;
    select m.* into ended from ringfence.members m
     where m.tenant_id = deprovision_member.tenant_id and m.member_id = deprovision_member.member_id for no key update;
    if ended.member_id is null then
        perform ringfence.unseal();
        return 'no_member';
    end if;
    if ended.role = 'owner' and (select count(*) from ringfence.members o where o.tenant_id = deprovision_member.tenant_id and o.role = 'owner') = 1 then
        perform ringfence.unseal();
        return 'last_owner';
    end if;
    update ringfence.contacts c set member_version = ended.version where c.tenant_id = deprovision_member.tenant_id and c.contact_id = person_held.contact_id;
    update ringfence.tickets t set assignee_id = null, version = t.version + 1, updated_at = transaction_timestamp()
     where t.tenant_id = deprovision_member.tenant_id and t.assignee_id = deprovision_member.member_id;
    delete from ringfence.api_tokens a where a.tenant_id = deprovision_member.tenant_id and a.member_id = deprovision_member.member_id;
    delete from ringfence.group_members g where g.tenant_id = deprovision_member.tenant_id and g.member_id = deprovision_member.member_id;
    delete from ringfence.memberships b where b.tenant_id = deprovision_member.tenant_id and b.identity_id = ended.identity_id;
    delete from ringfence.members m where m.tenant_id = deprovision_member.tenant_id and m.member_id = deprovision_member.member_id;
    perform ringfence.record_operation(deprovision_member.tenant_id, deprovision_member.request_id, 'member.removed', 'member', deprovision_member.member_id, '{}');
    for switched_off in select u.scim_user_id from ringfence.deactivate_user(deprovision_member.member_id) u loop
        perform ringfence.record_operation(deprovision_member.tenant_id, deprovision_member.request_id, 'provisioning.user_updated', 'scim_user', switched_off,
            jsonb_build_object('member_id', deprovision_member.member_id, 'active', false));
    end loop;
    perform ringfence.unseal();
    return 'removed';
end
$$;

-- Makes one analyst's login of a fixed shape, for the administrator alone: it reads a whole tenant, and the operator has a right to no record. Owned by the provisioner, whose CREATEROLE reaches no further than this body.
-- The verifier is a SCRAM-SHA-256 secret (RFC 5803), so that no password is ever in a statement or a log.
create function ringfence.create_reporting_login(tenant_id uuid, verifier text, request_id uuid) returns name
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    -- Opaque: role names are readable by every login of the server.
    login name := 'r_' || left(replace(gen_random_uuid()::text, '-', ''), 20);
begin
    if verifier !~ '^SCRAM-SHA-256\$[0-9]{4,7}:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' then
        raise exception 'not a SCRAM-SHA-256 verifier' using errcode = '22023';
    end if;
    perform ringfence.register_reporting_login(login, create_reporting_login.tenant_id, create_reporting_login.request_id);
    execute format('create role %I login inherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit 5 password %L', login, verifier);
    execute format('grant ringfence_reporting to %I', login);
    execute format('grant %I to ringfence_provisioner', login);
    execute format('alter role %I set default_transaction_read_only = on', login);
    execute format('alter role %I set statement_timeout = ''60s''', login);
    execute format('alter role %I set idle_in_transaction_session_timeout = ''60s''', login);
    execute format('alter role %I set search_path = reporting', login);
    return login;
end
$$;

-- An analyst's own limits are defaults, which every session may set. What one holds on to meanwhile, all tenants wait for: rows that nobody
-- can clear away, tables that nobody can migrate. So a transaction that has stood for so long ends with its session. Owned by the
-- provisioner, who is a member of these logins and of no others.
create function ringfence.end_overdue_reports(overdue interval) returns integer
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    holder integer;
    ended integer := 0;
begin
    -- Found first and ended then: conditions of one statement are asked in whatever order, and this one acts.
    for holder in select a.pid from pg_stat_activity a where pg_has_role(a.usesysid, 'usage') and a.xact_start < clock_timestamp() - overdue loop
        ended := ended + pg_terminate_backend(holder)::integer;
    end loop;
    return ended;
end
$$;

create function ringfence.register_reporting_login(login name, tenant_id uuid, request_id uuid) returns void
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ringfence.seal(register_reporting_login.tenant_id);
    insert into ringfence.reporting_logins (login, tenant_id) values (register_reporting_login.login, register_reporting_login.tenant_id);
    perform ringfence.record_operation(register_reporting_login.tenant_id, register_reporting_login.request_id, 'reporting_login.created', 'tenant',
        register_reporting_login.tenant_id, '{}');
    perform ringfence.unseal();
end
$$;

grant execute on function ringfence.register_reporting_login(name, uuid, uuid) to ringfence_provisioner;
grant execute on function ringfence.end_overdue_reports(interval) to ringfence_auditor;

grant execute on function ringfence.create_tenant(uuid, text, text, uuid), ringfence.suspend_tenant(uuid, boolean, uuid),
    ringfence.list_tenants(uuid), ringfence.find_tenant(text), ringfence.command_turn(uuid, text),
    ringfence.provision_member(uuid, text, text, text, text, text, text[], uuid),
    ringfence.list_provisioned_members(uuid, uuid), ringfence.deprovision_member(uuid, uuid, uuid)
    to ringfence_operator;
