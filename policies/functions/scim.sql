-- What provisioning may do, and nothing else: users and groups of the identity provider become members and groups of the
-- tenant entered. Each function asks for provision.manage; none touches an owner, an admin, or a member it did not make. Every
-- other member it made it ends, whatever role an admin has given them since; a role that it gives nobody it leaves to them.
-- Errors: RF011 = the tenant has no provisioning settings, RF012 = the member is not provisioning's to change.

-- Beside the rows that the calling statement writes: what became of members and tickets on the way.
create function ringfence.record_provisioning(action text, object_type text, object_id uuid, object_version integer, details jsonb) returns void
language sql volatile parallel unsafe
begin atomic
    insert into ringfence.audit_inbox (tenant_id, request_id, actor_id, on_behalf_of, identity_id, action, decision, rule, object_type, object_id, object_version, details)
    values (ringfence.current_tenant(), ringfence.request(), ringfence.actor(), nullif(ringfence.member(), ringfence.actor()), ringfence.identity(), record_provisioning.action, 'allow', 'provision.manage',
            record_provisioning.object_type, record_provisioning.object_id, record_provisioning.object_version, record_provisioning.details);
end;

-- The tenant, for whoever may provision in it, held until the transaction ends: one after another reads what stands and changes
-- it, and nobody makes again what somebody else is ending. Its own row is there before any settings are, and the service's login
-- cannot lock it. Null without the right.
create function ringfence.provisioning_turn() returns uuid
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    held uuid;
begin
    if not ringfence.may('provision.manage') then
        return null;
    end if;
    select t.tenant_id into strict held from ringfence.tenants t where t.tenant_id = ringfence.current_tenant() for no key update;
    return held;
end
$$;

-- Ends a membership that provisioning made: the member's tickets are nobody's, their groups and tokens go, the person stays.
-- enter() refuses them from the next transaction on.
create function ringfence.end_provisioned(person uuid) returns void
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
declare
    here uuid := ringfence.current_tenant();
    person_held ringfence.contacts := ringfence.hold_person(person);
    left_behind ringfence.tickets;
    ended ringfence.members;
begin
    -- Held, so that nobody makes an owner or an admin of them, or assigns them a ticket, until they are gone. No row: somebody else ended it.
    select m.* into ended from ringfence.members m where m.tenant_id = here and m.member_id = person for update;
    if not ended.provisioned or ended.role in ('owner', 'admin') then
        raise exception 'not a provisioned member' using errcode = 'RF012';
    end if;
    if ended.member_id is null then
        return;
    end if;
    update ringfence.contacts c set member_version = ended.version where c.tenant_id = here and c.contact_id = person_held.contact_id;
    for left_behind in
        update ringfence.tickets t set assignee_id = null, version = t.version + 1, updated_at = transaction_timestamp()
         where t.tenant_id = here and t.assignee_id = person
        returning t.*
    loop
        insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version, changes)
        values (here, ringfence.new_id(), left_behind.ticket_id, left_behind.requester_id, left_behind.group_key, ringfence.member(), 'ticket.assigned',
                'internal', left_behind.version, jsonb_build_object('assignee_id', jsonb_build_array(person, null)));
        perform ringfence.record_provisioning('ticket.assigned', 'ticket', left_behind.ticket_id, left_behind.version, '{"fields": ["assignee_id"]}');
    end loop;
    delete from ringfence.group_members w where w.tenant_id = here and w.member_id = person;
    delete from ringfence.api_tokens a where a.tenant_id = here and a.member_id = person;
    delete from ringfence.memberships b using ringfence.members m
     where m.tenant_id = here and m.member_id = person and b.tenant_id = here and b.identity_id = m.identity_id;
    delete from ringfence.members m where m.tenant_id = here and m.member_id = person;
    perform ringfence.record_provisioning('member.removed', 'member', person, ended.version, '{}');
end
$$;

-- Brings groups and roles of members up to what the provider's groups say. Groups that it does not know stay as they are, and so
-- does a role that provisioning gives nobody. Each member is held, so that a role given meanwhile is asked for again and is not
-- overwritten.
create function ringfence.settle_provisioned(users uuid[]) returns void
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
declare
    here uuid := ringfence.current_tenant();
    u record;
    wanted text;
    moved boolean;
    promoted boolean;
    changed integer;
begin
    for u in
        select s.*, m.role as held from ringfence.scim_users s
          join ringfence.members m on m.tenant_id = here and m.member_id = s.contact_id and m.provisioned and m.role not in ('owner', 'admin')
         where s.tenant_id = here and s.scim_user_id = any (users)
         order by m.member_id
           for update of m
    loop
        delete from ringfence.group_members w using ringfence.scim_groups g
         where w.tenant_id = here and w.member_id = u.contact_id and g.tenant_id = here and g.group_id = w.group_id
           and not exists (select from ringfence.scim_group_members i
                            where i.tenant_id = here and i.scim_group_id = g.scim_group_id and i.scim_user_id = u.scim_user_id);
        moved := found;
        insert into ringfence.group_members (tenant_id, member_id, group_id)
        select here, u.contact_id, g.group_id
          from ringfence.scim_group_members i
          join ringfence.scim_groups g on g.tenant_id = here and g.scim_group_id = i.scim_group_id
         where i.tenant_id = here and i.scim_user_id = u.scim_user_id
            on conflict do nothing;
        moved := moved or found;
        -- An agent in no group works in all of them, a light agent in none: whoever loses the last group gains nothing by it.
        wanted := case when u.held not in ('agent', 'light_agent', 'requester') then u.held
                       when u.role = 'agent' and u.grouped
                            and not exists (select from ringfence.group_members w where w.tenant_id = here and w.member_id = u.contact_id)
                       then 'light_agent' else u.role end;
        promoted := u.held <> wanted;
        if moved or promoted then
            update ringfence.members m set role = wanted, version = m.version + 1, updated_at = transaction_timestamp()
             where m.tenant_id = here and m.member_id = u.contact_id
            returning m.version into changed;
            perform ringfence.record_provisioning('member.updated', 'member', u.contact_id, changed,
                jsonb_build_object('fields', array_remove(array[case when moved then 'groups' end, case when promoted then 'role' end], null)));
        end if;
    end loop;
end
$$;

-- Makes a user (no version) or changes the one of this version, and the membership with it. No row: no right, no such
-- user, or another version.
create function ringfence.provision_user(scim_user_id uuid, version integer, user_name text, external_id text, active boolean, name text, email text, attributes jsonb)
returns setof ringfence.scim_users
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    here uuid := ringfence.provisioning_turn();
    settings ringfence.provisioning_settings;
    before ringfence.scim_users;
    after ringfence.scim_users;
    known ringfence.contacts;
    present ringfence.members;
    identity uuid;
    person uuid;
    wanted text;
    address text;
    said text[];
    is_changed boolean;
    reached integer;
begin
    if here is null then
        return;
    end if;
    select s.* into settings from ringfence.provisioning_settings s where s.tenant_id = here;
    if settings.tenant_id is null then
        raise exception 'no provisioning settings' using errcode = 'RF011';
    end if;
    if provision_user.version is not null then
        select u.* into before from ringfence.scim_users u
         where u.tenant_id = here and u.scim_user_id = provision_user.scim_user_id and u.version = provision_user.version;
        if before.scim_user_id is null then
            return;
        end if;
    end if;
    identity := ringfence.identity_named(coalesce(before.issuer, settings.issuer), coalesce(provision_user.external_id, provision_user.user_name));
    -- The record of somebody who was here before is theirs again; an address proves nothing.
    person := coalesce(before.contact_id, (select c.contact_id from ringfence.contacts c where c.tenant_id = here and c.identity_id = identity), ringfence.new_id());
    known := ringfence.hold_person(person);
    select m.* into present from ringfence.members m where m.tenant_id = here and (m.member_id = person or m.identity_id = identity) order by m.provisioned for update;
    if not present.provisioned or present.role in ('owner', 'admin') then
        raise exception 'not a provisioned member' using errcode = 'RF012';
    end if;
    if not exists (select from ringfence.contacts c where c.tenant_id = here and c.email_key = lower(provision_user.email) and c.contact_id <> person) then
        address := provision_user.email;
    end if;
    insert into ringfence.contacts (tenant_id, contact_id, name, email, identity_id)
    values (here, person, provision_user.name, address, identity)
        on conflict on constraint contacts_pkey do update
       set name = excluded.name, email = excluded.email, identity_id = excluded.identity_id, version = contacts.version + 1, updated_at = transaction_timestamp()
     where (contacts.name, contacts.email, contacts.identity_id) is distinct from (excluded.name, excluded.email, excluded.identity_id)
    returning contacts.version into reached;
    said := array_remove(array[case when known.email is distinct from address then 'email' end, case when known.name <> provision_user.name then 'name' end], null);
    if known.contact_id is null then
        perform ringfence.record_provisioning('contact.created', 'contact', person, reached, '{}');
    elsif reached is not null then
        perform ringfence.record_provisioning('contact.updated', 'contact', person, reached, jsonb_build_object('fields', said));
    end if;
    select min(settings.role_map ->> (r ->> 'value')) into wanted from jsonb_array_elements(provision_user.attributes -> 'roles') r;
    wanted := coalesce(wanted, settings.default_role);
    if before.scim_user_id is null then
        insert into ringfence.scim_users (tenant_id, scim_user_id, contact_id, user_name, external_id, active, issuer, subject, role, attributes)
        values (here, provision_user.scim_user_id, person, provision_user.user_name, provision_user.external_id, provision_user.active, settings.issuer,
                coalesce(provision_user.external_id, provision_user.user_name), wanted, provision_user.attributes)
        returning * into after;
    else
        -- What changes nothing makes no other version (RFC 7644, section 3.5.2.1). The role is no part of the resource.
        is_changed := (before.user_name, before.external_id, before.active, before.attributes)
            is distinct from (provision_user.user_name, provision_user.external_id, provision_user.active, provision_user.attributes);
        update ringfence.scim_users u
           set user_name = provision_user.user_name, external_id = provision_user.external_id, active = provision_user.active,
               subject = coalesce(provision_user.external_id, provision_user.user_name), role = wanted, attributes = provision_user.attributes,
               version = u.version + is_changed::integer, updated_at = case when is_changed then transaction_timestamp() else u.updated_at end
         where u.tenant_id = here and u.scim_user_id = before.scim_user_id
        returning u.* into after;
    end if;
    -- Another subject is another pair of hands: the membership of the one ends, and that of the other begins.
    if after.active is not true or present.identity_id <> identity then
        perform ringfence.end_provisioned(person);
    elsif (known.name, known.email) is distinct from (provision_user.name, address) then
        -- The member is shown by both.
        update ringfence.members m set version = m.version + 1, updated_at = transaction_timestamp()
         where m.tenant_id = here and m.member_id = person
        returning m.version into reached;
        if found then
            perform ringfence.record_provisioning('member.updated', 'member', person, reached, jsonb_build_object('fields', said));
        end if;
    end if;
    -- A membership that an admin ended has left its user inactive: it comes back when the provider says otherwise, not with the next
    -- change of a title.
    if after.active and (before.active is not true or before.subject <> after.subject) then
        insert into ringfence.members (tenant_id, member_id, identity_id, role, provisioned, version)
        values (here, person, identity, wanted, true, ringfence.first_version(person))
        returning members.version into reached;
        insert into ringfence.memberships (identity_id, tenant_id) values (identity, here);
        perform ringfence.record_provisioning('member.added', 'member', person, reached, jsonb_build_object('role', wanted));
    end if;
    perform ringfence.settle_provisioned(array[after.scim_user_id]);
    return next after;
end
$$;

-- Ends a user of this version, or of any, and each group that they were in is another version. The person, their tickets and their
-- history stay.
create function ringfence.deprovision_user(scim_user_id uuid, version integer) returns setof ringfence.scim_users
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    here uuid := ringfence.provisioning_turn();
    gone ringfence.scim_users;
    affected ringfence.scim_groups;
begin
    select u.* into gone from ringfence.scim_users u
     where u.tenant_id = here and u.scim_user_id = deprovision_user.scim_user_id and u.version = coalesce(deprovision_user.version, u.version);
    if gone.scim_user_id is null then
        return;
    end if;
    perform ringfence.end_provisioned(gone.contact_id);
    for affected in
        with leave as (
            delete from ringfence.scim_group_members i where i.tenant_id = here and i.scim_user_id = gone.scim_user_id
            returning i.scim_group_id
        )
        update ringfence.scim_groups g set version = g.version + 1, updated_at = transaction_timestamp() from leave l
         where g.tenant_id = here and g.scim_group_id = l.scim_group_id
        returning g.*
    loop
        perform ringfence.record_provisioning('provisioning.group_updated', 'scim_group', affected.scim_group_id, affected.version,
            jsonb_build_object('group_id', affected.group_id, 'users',
                (select count(*) from ringfence.scim_group_members i where i.tenant_id = here and i.scim_group_id = affected.scim_group_id)));
    end loop;
    delete from ringfence.scim_users u where u.tenant_id = here and u.scim_user_id = gone.scim_user_id;
    return next gone;
end
$$;

-- Whoever ended a membership: the user of somebody who is no member any more is active no longer, and the provider reads that. No
-- right is asked for, because while there is a member nothing happens.
create function ringfence.deactivate_user(person uuid) returns table (scim_user_id uuid, version integer)
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    update ringfence.scim_users u set active = false, version = u.version + 1, updated_at = transaction_timestamp()
     where u.tenant_id = ringfence.current_tenant() and u.contact_id = deactivate_user.person and u.active
       and not exists (select from ringfence.members m where m.tenant_id = u.tenant_id and m.member_id = u.contact_id)
    returning u.scim_user_id, u.version;
end
$$;

-- Makes a group (no version) or changes the one of this version, and the queue with it. No row: as for users.
create function ringfence.provision_group(scim_group_id uuid, version integer, display_name text, external_id text, users uuid[]) returns setof ringfence.scim_groups
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    here uuid := ringfence.provisioning_turn();
    before ringfence.scim_groups;
    queue uuid := ringfence.new_id();
    affected uuid[];
begin
    if here is null then
        return;
    end if;
    if provision_group.version is null then
        insert into ringfence.groups (tenant_id, group_id, name) values (here, queue, provision_group.display_name);
        insert into ringfence.scim_groups (tenant_id, scim_group_id, group_id, display_name, external_id)
        values (here, provision_group.scim_group_id, queue, provision_group.display_name, provision_group.external_id);
    else
        select g.* into before from ringfence.scim_groups g
         where g.tenant_id = here and g.scim_group_id = provision_group.scim_group_id and g.version = provision_group.version;
        if before.scim_group_id is null then
            return;
        end if;
        -- What an admin calls the queue stays until the provider renames the group.
        update ringfence.groups q set name = provision_group.display_name, version = q.version + 1, updated_at = transaction_timestamp()
         where q.tenant_id = here and q.group_id = before.group_id and before.display_name <> provision_group.display_name;
    end if;
    with leave as (
        delete from ringfence.scim_group_members i
         where i.tenant_id = here and i.scim_group_id = provision_group.scim_group_id and not i.scim_user_id = any (users)
        returning i.scim_user_id
    ), join_in as (
        insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id)
        select here, provision_group.scim_group_id, j from unnest(users) j
            on conflict do nothing
        returning scim_user_id
    )
    select array(select l.scim_user_id from leave l union all select j.scim_user_id from join_in j) into affected;
    -- As for users: what changes nothing makes no other version.
    update ringfence.scim_groups g
       set display_name = provision_group.display_name, external_id = provision_group.external_id, version = g.version + 1, updated_at = transaction_timestamp()
     where g.tenant_id = here and g.scim_group_id = before.scim_group_id
       and (affected <> '{}' or (g.display_name, g.external_id) is distinct from (provision_group.display_name, provision_group.external_id));
    -- Members before users, in which order whoever ends a member holds them, too.
    perform ringfence.settle_provisioned(affected);
    -- A user shows its groups, and what they are called.
    update ringfence.scim_users u set grouped = true, version = u.version + 1, updated_at = transaction_timestamp()
     where u.tenant_id = here
       and (u.scim_user_id = any (affected)
            or before.display_name <> provision_group.display_name
               and exists (select from ringfence.scim_group_members i
                            where i.tenant_id = here and i.scim_group_id = provision_group.scim_group_id and i.scim_user_id = u.scim_user_id));
    return query select g.* from ringfence.scim_groups g where g.tenant_id = here and g.scim_group_id = provision_group.scim_group_id;
end
$$;

-- Ends a group of this version, or of any. The queue goes with it, unless tickets or members of the tenant's own need it.
create function ringfence.deprovision_group(scim_group_id uuid, version integer) returns setof ringfence.scim_groups
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    here uuid := ringfence.provisioning_turn();
    gone ringfence.scim_groups;
    affected uuid[];
begin
    select g.* into gone from ringfence.scim_groups g
     where g.tenant_id = here and g.scim_group_id = deprovision_group.scim_group_id and g.version = coalesce(deprovision_group.version, g.version);
    if gone.scim_group_id is null then
        return;
    end if;
    affected := array(select i.scim_user_id from ringfence.scim_group_members i where i.tenant_id = here and i.scim_group_id = gone.scim_group_id);
    delete from ringfence.scim_group_members i where i.tenant_id = here and i.scim_group_id = gone.scim_group_id;
    -- Members before users, as there.
    perform ringfence.settle_provisioned(affected);
    update ringfence.scim_users u set version = u.version + 1, updated_at = transaction_timestamp()
     where u.tenant_id = here and u.scim_user_id = any (affected);
    delete from ringfence.scim_groups g where g.tenant_id = here and g.scim_group_id = gone.scim_group_id;
    delete from ringfence.groups q
     where q.tenant_id = here and q.group_id = gone.group_id
       and not exists (select from ringfence.tickets t where t.tenant_id = here and t.group_id = q.group_id)
       and not exists (select from ringfence.group_members w where w.tenant_id = here and w.group_id = q.group_id);
    return next gone;
end
$$;

grant execute on function ringfence.provision_user(uuid, integer, text, text, boolean, text, text, jsonb), ringfence.deprovision_user(uuid, integer),
    ringfence.provision_group(uuid, integer, text, text, uuid[]), ringfence.deprovision_group(uuid, integer), ringfence.provisioning_turn(),
    ringfence.deactivate_user(uuid)
    to ringfence_app;
