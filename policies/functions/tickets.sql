-- What a door cannot say about tickets: transitions, and the narrow changes that end outside the caller's own view.

create function ringfence.status_may_follow(before text, after text) returns boolean
language sql immutable parallel safe
return case
    when before = after then before <> 'closed'
    when before in ('new', 'open', 'pending', 'on_hold') then after in ('new', 'open', 'pending', 'on_hold', 'solved')
    when before = 'solved' then after in ('open', 'closed')
    else false end;

-- The first of so many numbers in a row that no ticket has: whoever may create tickets may have given them numbers from further on.
create function ringfence.next_ticket_numbers(tenant_id uuid, block integer) returns bigint
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
declare
    first bigint;
begin
    update ringfence.ticket_counters c set last = c.last + block where c.tenant_id = next_ticket_numbers.tenant_id
    returning c.last - block + 1 into first;
    while exists (select from ringfence.tickets t where t.tenant_id = next_ticket_numbers.tenant_id and t.number between first and first + block - 1) loop
        first := (select max(t.number) + 1 from ringfence.tickets t
                   where t.tenant_id = next_ticket_numbers.tenant_id and t.number between first and first + 10000);
        update ringfence.ticket_counters c set last = first + block - 1 where c.tenant_id = next_ticket_numbers.tenant_id;
    end loop;
    return first;
end
$$;

-- A block of ticket numbers; the service spends it one by one. Returns the first.
create function ringfence.reserve_ticket_numbers(block integer) returns bigint
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if block is null or block not between 1 and 1000 then
        raise exception 'a block holds 1 to 1000 numbers' using errcode = '22023';
    end if;
    if ringfence.member() is null then
        raise exception 'no tenant entered' using errcode = 'RF003';
    end if;
    if not (ringfence.may('ticket.create') or ringfence.may('ticket.create.group') or ringfence.may('ticket.create.own')) then
        raise exception 'who creates no tickets gets no numbers' using errcode = '42501';
    end if;
    return ringfence.next_ticket_numbers(ringfence.current_tenant(), block);
end
$$;

-- Somebody commented: the ticket moves up in the lists. Its version stays, so that an edit under way is not refused.
-- An internal comment moves nothing: the requester sees the ticket, and would learn from it that there is one, and of when.
-- The commenter may not be one who may change the ticket; the comment's own doors and keys decided already.
-- Errors: RF013 = it is closed, and nothing is added to it.
create function ringfence.touch_ticket(ticket_id uuid) returns void
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from ringfence.tickets t
                where t.tenant_id = ringfence.current_tenant() and t.ticket_id = touch_ticket.ticket_id and t.status = 'closed'
                  and exists (select from ringfence.comments c
                               where c.tenant_id = t.tenant_id and c.ticket_id = t.ticket_id and c.created_at = transaction_timestamp())) then
        raise exception 'the ticket is closed' using errcode = 'RF013';
    end if;
    update ringfence.tickets t set updated_at = greatest(t.updated_at, transaction_timestamp())
     where t.tenant_id = ringfence.current_tenant() and t.ticket_id = touch_ticket.ticket_id
       and exists (select from ringfence.comments c
                    where c.tenant_id = t.tenant_id and c.ticket_id = t.ticket_id
                      and c.visibility = 'public' and c.created_at = transaction_timestamp());
end
$$;

-- An agent hands a ticket to a group that is not his own: the row leaves his view, which no plain UPDATE can do. The
-- history is written here too, for its door would look for the new group among the agent's.
create function ringfence.transfer_ticket(ticket_id uuid, version integer, group_id uuid, assignee_id uuid, ticket_event_id uuid) returns setof ringfence.tickets
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    before ringfence.tickets;
    after ringfence.tickets;
begin
    select t.* into before from ringfence.tickets t
     where t.tenant_id = ringfence.current_tenant() and t.ticket_id = transfer_ticket.ticket_id
       -- Closed by this very change, it may still be handed over.
       and t.version = transfer_ticket.version and (t.status <> 'closed' or t.closed_at = transaction_timestamp())
       and (ringfence.may('ticket.change') or t.group_id = any (ringfence.groups_with('ticket.change.group')))
       -- It answers with the ticket, so to those who see it.
       and (ringfence.may('ticket.read') or t.group_id = any (ringfence.groups_with('ticket.read.group')) or t.requester_id = ringfence.member_with('ticket.read.own'))
       for update;
    if before.ticket_id is null then
        return;
    end if;
    update ringfence.tickets t
       set group_id = transfer_ticket.group_id, assignee_id = transfer_ticket.assignee_id,
           version = t.version + 1, updated_at = transaction_timestamp()
     where t.tenant_id = before.tenant_id and t.ticket_id = before.ticket_id
    returning t.* into after;
    insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version, changes)
    values (after.tenant_id, transfer_ticket.ticket_event_id, after.ticket_id, after.requester_id, after.group_key, ringfence.member(),
            'ticket.assigned', 'internal', after.version,
            (select coalesce(jsonb_object_agg(f.name, jsonb_build_array(f.old, f.new)), '{}')
               from (values ('group_id', before.group_id, after.group_id), ('assignee_id', before.assignee_id, after.assignee_id)) f (name, old, new)
              where f.old is distinct from f.new));
    return next after;
end
$$;

-- A requester solves or reopens a ticket of theirs, and changes nothing else about it.
create function ringfence.resolve_own_ticket(ticket_id uuid, version integer, status text) returns setof ringfence.tickets
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if resolve_own_ticket.status not in ('open', 'solved') then
        return;
    end if;
    return query
    update ringfence.tickets t
       set status = resolve_own_ticket.status, version = t.version + 1, updated_at = transaction_timestamp()
     where t.tenant_id = ringfence.current_tenant() and t.ticket_id = resolve_own_ticket.ticket_id
       and t.requester_id = ringfence.member_with('ticket.resolve.own') and t.version = resolve_own_ticket.version
       -- It answers with the ticket, so to those who see it.
       and (ringfence.may('ticket.read') or t.group_id = any (ringfence.groups_with('ticket.read.group')) or t.requester_id = ringfence.member_with('ticket.read.own'))
       and ringfence.status_may_follow(t.status, resolve_own_ticket.status)
    returning t.*;
end
$$;

grant execute on function ringfence.status_may_follow(text, text), ringfence.reserve_ticket_numbers(integer), ringfence.touch_ticket(uuid),
    ringfence.transfer_ticket(uuid, integer, uuid, uuid, uuid), ringfence.resolve_own_ticket(uuid, integer, text)
    to ringfence_app;
