-- Breaking the glass: an owner gives a named person a role for hours. Nothing has to run for it to end: enter() compares the
-- clock at every entry. What the grant gives ends with it, too: for_hours() leaves out every right to give rights.

create function ringfence.record_grant(action text, object_type text, object_id uuid, object_version integer, details jsonb) returns void
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    values (ringfence.current_tenant(), record_grant.action, 'allow', 'break_glass.grant', record_grant.object_type, record_grant.object_id,
            record_grant.object_version, record_grant.details);
end
$$;

-- The rights of a role while it is a granted one: nobody makes something lasting of a role for hours, neither a member, a role
-- or a token, nor a rule of who may sign in. `break_glass.held` is no permission but a mark that grantable() looks for.
create function ringfence.for_hours(held text) returns text
language sql immutable parallel safe
return regexp_replace(held, '\m(member\.manage|role\.manage|token\.manage|token\.create|settings\.change),', '', 'g') || 'break_glass.held,';

-- Finds the person by who they are to their issuer, or makes them a guest, who may do nothing but what is granted. Returns
-- nothing where it is not the caller's to grant, and where the person is an owner or a service.
create function ringfence.grant_break_glass(grant_id uuid, issuer text, subject text, name text, role text, hours integer, reason text)
returns setof ringfence.break_glass_grants
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    entered_tenant uuid := ringfence.current_tenant();
    granter uuid := ringfence.member();
    identity uuid;
    person uuid;
    person_role text;
    until timestamptz := transaction_timestamp() + grant_break_glass.hours * interval '1 hour';
    reached integer;
    granted ringfence.break_glass_grants;
begin
    -- An owner, whole and in their own name: who holds the one right and not what it gives away, or acts for an owner, grants nothing.
    if (ringfence.may('break_glass.grant') and ringfence.may('owner.manage') and ringfence.gives_roles()) is not true
        or granter is distinct from ringfence.actor() then
        return;
    end if;
    identity := ringfence.identity_named(grant_break_glass.issuer, grant_break_glass.subject);
    select m.member_id, m.role into person, person_role from ringfence.members m where m.tenant_id = entered_tenant and m.identity_id = identity for update;
    if person_role in ('owner', 'service') then
        return;
    end if;
    if person is null then
        -- A former member's own record is the same person; an address proves nothing.
        select c.contact_id into person from ringfence.contacts c where c.tenant_id = entered_tenant and c.identity_id = identity;
        if person is null then
            person := ringfence.new_id();
            insert into ringfence.contacts (tenant_id, contact_id, name, identity_id)
            values (entered_tenant, person, coalesce(grant_break_glass.name, left(grant_break_glass.subject, 200)), identity)
            returning contacts.version into reached;
            perform ringfence.record_grant('contact.created', 'contact', person, reached, '{}');
        end if;
        insert into ringfence.members (tenant_id, member_id, identity_id, role, elevated_until, version)
        values (entered_tenant, person, identity, 'guest', until, ringfence.first_version(person))
        returning members.version into reached;
        insert into ringfence.memberships (identity_id, tenant_id) values (identity, entered_tenant);
        perform ringfence.record_grant('member.added', 'member', person, reached, '{"role": "guest"}');
    else
        -- Not what a member is: whoever reads them reads no other version.
        update ringfence.members m set elevated_until = greatest(m.elevated_until, until)
         where m.tenant_id = entered_tenant and m.member_id = person;
    end if;
    insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at)
    values (entered_tenant, grant_break_glass.grant_id, person, grant_break_glass.role, grant_break_glass.reason, granter,
            until)
    returning * into granted;
    -- The reason is what a person wrote: it stays with the grant.
    perform ringfence.record_grant('break_glass.granted', 'break_glass_grant', granted.grant_id, null,
        jsonb_build_object('member_id', person, 'identity_id', identity, 'role', granted.role, 'hours', grant_break_glass.hours));
    return next granted;
end
$$;

grant execute on function ringfence.grant_break_glass(uuid, text, text, text, text, integer, text) to ringfence_app;
