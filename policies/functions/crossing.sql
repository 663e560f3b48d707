-- The way from one tenant to another, in three transactions: take in the sender's, deliver in the receiver's, complete in the
-- sender's again. None holds two tenants. What goes between them is a letter that the database alone can write.

-- text|HMAC-SHA256 in hex under the key that no login can read. The word before it keeps it apart from every other use of the key.
create function ringfence.signed(purpose text, body text) returns text
language sql stable parallel restricted
return (select signed.body || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend('crossing|' || signed.purpose || '|' || signed.body))), 'hex')
          from ringfence.keys k where k.purpose = 'seal' and k.retired_at is null);

-- What a letter says. Errors: RF005 = not one of ours.
create function ringfence.opened(purpose text, letter text) returns jsonb
language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp
as $$
begin
    if (letter = ringfence.signed(purpose, left(letter, -65))) is not true then
        raise exception 'not a letter of this database' using errcode = 'RF005';
    end if;
    return left(letter, -65)::jsonb;
end
$$;

create function ringfence.record_crossing(tenant_id uuid, intent_id uuid, action text, refused text, object_type text, object_id uuid, agreement_id uuid) returns void
language sql volatile parallel unsafe
begin atomic
    insert into ringfence.audit_inbox (tenant_id, request_id, action, decision, rule, actor_kind, object_type, object_id, details)
    values (record_crossing.tenant_id, record_crossing.intent_id, record_crossing.action, case when record_crossing.refused is null then 'allow' else 'deny' end,
            coalesce(record_crossing.refused, 'agreement'), 'crossing', record_crossing.object_type, record_crossing.object_id,
            jsonb_build_object('agreement_id', record_crossing.agreement_id));
end;

-- Puts an intent of the tenant entered into the queue. Word of the agreement itself calls off every letter still under way.
create function ringfence.send_over(kind text, agreement_id uuid, intent_id uuid) returns void
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
begin
    if send_over.kind = 'agreement' then
        update ringfence.crossing_queue q set claim = null, due_at = transaction_timestamp()
         where q.tenant_id = ringfence.current_tenant() and q.agreement_id = send_over.agreement_id;
    end if;
    insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind)
    values (ringfence.current_tenant(), send_over.intent_id, send_over.agreement_id, send_over.kind)
    on conflict on constraint crossing_queue_pkey do nothing;
end
$$;

-- For the service, beside the row that it inserts: whatever the row is not, nothing is sent.
create function ringfence.post_crossing(intent_id uuid) returns void
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ringfence.send_over(pending.kind, pending.agreement_id, post_crossing.intent_id)
       from (select 'ticket' as kind, l.agreement_id from ringfence.ticket_links l
              where l.tenant_id = ringfence.current_tenant() and l.link_id = post_crossing.intent_id and l.state = 'pending'
             union all
             select 'comment', (select l.agreement_id from ringfence.ticket_links l where l.tenant_id = s.tenant_id and l.link_id = s.link_id)
               from ringfence.comment_shares s
              where s.tenant_id = ringfence.current_tenant() and s.share_id = post_crossing.intent_id and s.state = 'pending'
             union all
             select 'agreement', a.agreement_id from ringfence.agreements a
              where a.tenant_id = ringfence.current_tenant() and a.agreement_id = post_crossing.intent_id and a.proposed_here
                and ringfence.may('agreement.manage')) pending
      where ringfence.member() is not null;
end
$$;

-- How it went, on the sender's side. Word of an agreement is recorded where it was given and where it arrived, and not here:
-- who proposes learns nothing of whether there is anybody to propose to.
create function ringfence.settle_crossing(tenant_id uuid, intent_id uuid, agreement_id uuid, kind text, refused text) returns void
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
declare
    settled uuid;
begin
    if settle_crossing.kind = 'ticket' then
        update ringfence.ticket_links l
           set state = case when refused is null then 'delivered' else 'refused' end, reason = refused, settled_at = transaction_timestamp()
         where l.tenant_id = settle_crossing.tenant_id and l.link_id = settle_crossing.intent_id and l.state = 'pending'
        returning l.ticket_id into settled;
    elsif settle_crossing.kind = 'comment' then
        update ringfence.comment_shares s
           set state = case when refused is null then 'delivered' else 'refused' end, reason = refused, settled_at = transaction_timestamp()
         where s.tenant_id = settle_crossing.tenant_id and s.share_id = settle_crossing.intent_id and s.state = 'pending'
        returning s.comment_id into settled;
    end if;
    if settled is not null then
        perform ringfence.record_crossing(settle_crossing.tenant_id, settle_crossing.intent_id,
            case when refused is null then 'crossing.delivered' else 'crossing.refused' end, refused, settle_crossing.kind, settled, settle_crossing.agreement_id);
    end if;
    delete from ringfence.crossing_queue q where q.tenant_id = settle_crossing.tenant_id and q.intent_id = settle_crossing.intent_id;
end
$$;

-- Whether who sent it is still here and may still send it, as enter() would find them: what waits outlives nobody's rights.
create function ringfence.may_still_escalate(tenant_id uuid, member_id uuid, group_key uuid) returns boolean
language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp
as $$
declare
    sender ringfence.members;
    member_role text;
    held text;
begin
    select m.* into sender from ringfence.members m
     where m.tenant_id = may_still_escalate.tenant_id and m.member_id = may_still_escalate.member_id;
    member_role := case when sender.role in ('owner', 'service') then sender.role else coalesce((select g.role from ringfence.break_glass_grants g
                              where g.tenant_id = sender.tenant_id and g.member_id = sender.member_id and g.revoked_at is null
                                and g.expires_at > clock_timestamp()
                              order by g.created_at desc limit 1), sender.role) end;
    held := case member_role
        when 'service' then ',' || array_to_string(sender.permissions, ',') || ','
        when 'custom' then (select ',' || array_to_string(r.permissions, ',') || ',' from ringfence.tenant_roles r
                             where r.tenant_id = sender.tenant_id and r.role_id = sender.role_id)
        else ringfence.permissions_of(member_role, exists (select from ringfence.group_members g
                             where g.tenant_id = sender.tenant_id and g.member_id = sender.member_id)) end;
    return position(',ticket.escalate,' in held) > 0
        or (position(',ticket.escalate.group,' in held) > 0
            and exists (select from ringfence.group_members g
                         where g.tenant_id = sender.tenant_id and g.member_id = sender.member_id
                           and g.group_id = may_still_escalate.group_key and g.access && '{change,full}'));
end
$$;

-- What the agreement lets go over of a ticket, and nothing else. `body` is its first public comment.
create function ringfence.ticket_fields(tenant_id uuid, ticket_id uuid, fields text[]) returns jsonb
language sql stable parallel restricted
begin atomic
    select coalesce(jsonb_object_agg(f.name, f.value), '{}')
      from ringfence.tickets t
      join ringfence.contacts r on r.tenant_id = t.tenant_id and r.contact_id = t.requester_id
     cross join lateral (values
           ('subject', to_jsonb(t.subject)), ('priority', to_jsonb(t.priority)), ('type', to_jsonb(t.type)), ('tags', to_jsonb(t.tags)),
           ('body', (select to_jsonb(c.body) from ringfence.comments c
                      where c.tenant_id = t.tenant_id and c.ticket_id = t.ticket_id and c.visibility = 'public'
                      order by c.created_at, c.comment_id limit 1)),
           ('requester_name', to_jsonb(r.name)), ('requester_email', to_jsonb(r.email))) f (name, value)
     where t.tenant_id = ticket_fields.tenant_id and t.ticket_id = ticket_fields.ticket_id
       and f.name = any (ticket_fields.fields) and f.value is not null;
end;

-- First transaction, in the sender's tenant: takes up what is due and writes the letter. Null: nothing is due; empty: what was
-- due needs no letter. Who is killed after this leaves it to be taken up again, under another claim. Tenants take turns, from the
-- one behind whose turn it was on this connection: a backlog holds up its own tenant and nobody else. Neither does a transaction of the
-- sender's that holds what is to be settled: it is left for later.
create function ringfence.take_crossing() returns text
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    job ringfence.crossing_queue;
    sender ringfence.tenants;
    agreement ringfence.agreements;
    link ringfence.ticket_links;
    share ringfence.comment_shares;
    receiver uuid;
    refused text;
    said jsonb;
    behind text;
begin
    foreach behind in array array[nullif(current_setting('app.crossing_turn', true), ''), '00000000-0000-0000-0000-000000000000'] loop
        select q.* into job from ringfence.crossing_queue q
         where q.tenant_id > behind::uuid and q.due_at <= statement_timestamp()
         order by q.tenant_id, q.due_at, q.intent_id limit 1 for update skip locked;
        exit when job.intent_id is not null;
    end loop;
    behind := set_config('app.crossing_turn', job.tenant_id::text, false);
    if job.intent_id is null then
        return null;
    end if;
    update ringfence.crossing_queue q
       set claim = gen_random_uuid(), attempts = q.attempts + 1,
           due_at = clock_timestamp() + least(interval '5 seconds' * 2 ^ least(q.attempts, 10), interval '5 minutes')
     where q.tenant_id = job.tenant_id and q.intent_id = job.intent_id
    returning q.* into job;

    perform ringfence.seal(job.tenant_id);
    select t.* into sender from ringfence.tenants t where t.tenant_id = job.tenant_id;
    -- A suspended tenant sends nothing. Its intents wait.
    if sender.status <> 'active' then
        perform ringfence.unseal();
        return '';
    end if;
    select a.* into agreement from ringfence.agreements a where a.tenant_id = job.tenant_id and a.agreement_id = job.agreement_id;
    receiver := coalesce(agreement.partner_id, (select t.tenant_id from ringfence.tenants t where t.slug = agreement.partner_slug));

    if job.kind = 'agreement' then
        -- Who was asked and has not consented keeps silent, whatever they think of it. Who proposes consents thereby.
        if receiver is null or receiver = job.tenant_id or agreement.consented_at is null then
            perform ringfence.settle_crossing(job.tenant_id, job.intent_id, job.agreement_id, job.kind, null);
            perform ringfence.unseal();
            return '';
        end if;
        said := jsonb_build_object('proposed', agreement.proposed_here, 'direction', agreement.direction, 'actions', agreement.actions,
            'fields', agreement.fields, 'expires_at', agreement.expires_at, 'revoked', agreement.revoked_at is not null);
    else
        if job.kind = 'ticket' then
            select l.* into link from ringfence.ticket_links l where l.tenant_id = job.tenant_id and l.link_id = job.intent_id;
            refused := ringfence.agreement_refuses(agreement, 'outgoing', 'ticket.escalate');
            perform from ringfence.ticket_links l where l.tenant_id = job.tenant_id and l.link_id = job.intent_id for no key update skip locked;
        else
            select s.* into share from ringfence.comment_shares s where s.tenant_id = job.tenant_id and s.share_id = job.intent_id;
            select l.* into link from ringfence.ticket_links l where l.tenant_id = job.tenant_id and l.link_id = share.link_id;
            refused := coalesce(ringfence.agreement_refuses(agreement, 'outgoing', 'comment.share'), case when link.state = 'refused' then 'not_linked' end);
            perform from ringfence.comment_shares s where s.tenant_id = job.tenant_id and s.share_id = job.intent_id for no key update skip locked;
        end if;
        if not found and coalesce(share.share_id, link.link_id) is not null then
            perform ringfence.unseal();
            return '';
        end if;
        if refused is null and ringfence.may_still_escalate(job.tenant_id, coalesce(share.created_by, link.created_by), link.group_key) is not true then
            refused := 'sender_may_not';
        end if;
        if refused is null and job.kind = 'ticket' then
            said := jsonb_build_object('fields', ringfence.ticket_fields(job.tenant_id, link.ticket_id, agreement.fields));
        elsif refused is null then
            select jsonb_build_object('link', link.link_id, 'body', c.body) into said
              from ringfence.comments c
             where c.tenant_id = job.tenant_id and c.comment_id = share.comment_id and c.ticket_id = link.ticket_id and c.visibility = 'public';
            if said is null then
                refused := 'not_public';
            end if;
        end if;
        -- Taken up before, it may have arrived: then the receiver is asked, and told nothing.
        if refused is not null and (job.attempts = 1 or receiver is null) then
            perform ringfence.settle_crossing(job.tenant_id, job.intent_id, job.agreement_id, job.kind, refused);
            perform ringfence.unseal();
            return '';
        end if;
    end if;
    perform ringfence.unseal();
    return ringfence.signed('letter', (coalesce(said, '{}') || jsonb_build_object('kind', job.kind, 'intent', job.intent_id, 'claim', job.claim,
        'agreement', job.agreement_id, 'from', sender.tenant_id, 'slug', sender.slug, 'to', receiver, 'refused', refused))::text);
end
$$;

-- Word of an agreement arrives: a proposal, the other side's consent, or its revocation, which nothing undoes.
create function ringfence.receive_agreement(said jsonb) returns void
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
declare
    here uuid := (said ->> 'to')::uuid;
    sender uuid := (said ->> 'from')::uuid;
    id uuid := (said ->> 'agreement')::uuid;
    revoked boolean := (said ->> 'revoked')::boolean;
    turned text := ringfence.turned(said ->> 'direction');
    terms_actions text[] := array(select jsonb_array_elements_text(said -> 'actions'));
    terms_fields text[] := array(select jsonb_array_elements_text(said -> 'fields'));
    terms_expiry timestamptz := (said ->> 'expires_at')::timestamptz;
    known ringfence.agreements;
begin
    select a.* into known from ringfence.agreements a where a.tenant_id = here and a.agreement_id = id for update;
    if known.agreement_id is null then
        -- One tenant cannot fill another's list: twenty proposals wait at most, and twenty come in a day, whatever became of them.
        if (said ->> 'proposed')::boolean and not revoked and terms_expiry > transaction_timestamp()
            and (select count(*) from ringfence.agreements a
                  where a.tenant_id = here and a.partner_id = sender and a.consented_at is null
                    and (a.created_at > transaction_timestamp() - interval '24 hours'
                         or a.revoked_at is null and a.partner_revoked_at is null and a.expires_at > transaction_timestamp())) < 20 then
            insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, proposed_here, direction, actions, fields, expires_at,
                consented_at, partner_consented_at)
            values (here, id, said ->> 'slug', sender, false, turned, terms_actions, terms_fields, terms_expiry, null, transaction_timestamp());
            perform ringfence.record_crossing(here, id, 'agreement.proposed', null, 'agreement', id, id);
        end if;
        return;
    end if;
    -- Only from the tenant that it is with.
    if sender is distinct from coalesce(known.partner_id, (select t.tenant_id from ringfence.tenants t where t.slug = known.partner_slug)) then
        perform ringfence.record_crossing(here, id, 'crossing.refused', 'another_partner', 'agreement', id, id);
        return;
    end if;
    if revoked then
        update ringfence.agreements a
           set partner_revoked_at = transaction_timestamp(), version = a.version + 1, updated_at = transaction_timestamp()
         where a.tenant_id = here and a.agreement_id = id and a.partner_revoked_at is null;
        if found then
            perform ringfence.record_crossing(here, id, 'agreement.revoked', null, 'agreement', id, id);
        end if;
    elsif known.partner_consented_at is null and known.revoked_at is null and known.expires_at = terms_expiry
        and known.direction = turned and known.actions = terms_actions and known.fields = terms_fields then
        update ringfence.agreements a
           set partner_id = sender, partner_consented_at = transaction_timestamp(), version = a.version + 1, updated_at = transaction_timestamp()
         where a.tenant_id = here and a.agreement_id = id;
        perform ringfence.record_crossing(here, id, 'agreement.consented', null, 'agreement', id, id);
    end if;
end
$$;

-- Why this side does not take it in; null when it does.
create function ringfence.receiver_refuses(agreement ringfence.agreements, sender uuid, action text) returns text
language sql stable parallel restricted
return coalesce(ringfence.agreement_refuses(agreement, 'incoming', action),
                case when agreement.partner_id is distinct from sender then 'another_partner' end);

-- A ticket arrives: with what both sides' rows let through, from the contact that stands for the partner.
create function ringfence.receive_ticket(said jsonb) returns text
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
declare
    here uuid := (said ->> 'to')::uuid;
    id uuid := (said ->> 'intent')::uuid;
    agreement ringfence.agreements;
    known ringfence.ticket_links;
    ticket ringfence.tickets;
    fields jsonb;
    why text;
begin
    select a.* into agreement from ringfence.agreements a where a.tenant_id = here and a.agreement_id = (said ->> 'agreement')::uuid for update;
    select l.* into known from ringfence.ticket_links l where l.tenant_id = here and l.link_id = id;
    if known.direction = 'incoming' and known.agreement_id = agreement.agreement_id and agreement.partner_id = (said ->> 'from')::uuid then
        return null;
    end if;
    if said ->> 'refused' is not null then
        return said ->> 'refused';
    end if;
    why := coalesce(ringfence.receiver_refuses(agreement, (said ->> 'from')::uuid, 'ticket.escalate'), case when known.link_id is not null then 'link_taken' end);
    if why is not null then
        perform ringfence.record_crossing(here, id, 'crossing.refused', why, 'agreement', (said ->> 'agreement')::uuid, (said ->> 'agreement')::uuid);
        return 'not_accepted';
    end if;

    select jsonb_object_agg(f.key, f.value) into fields from jsonb_each(said -> 'fields') f where f.key = any (agreement.fields);
    insert into ringfence.tickets (tenant_id, ticket_id, number, subject, priority, type, tags, requester_id)
    select here, ringfence.new_id(), counter.last, coalesce(fields ->> 'subject', 'Escalated by ' || agreement.partner_slug),
           coalesce(fields ->> 'priority', 'normal'), coalesce(fields ->> 'type', 'question'),
           array(select jsonb_array_elements_text(fields -> 'tags')), ringfence.partner_contact(agreement)
      from ringfence.next_ticket_numbers(here, 1) counter (last)
    returning * into ticket;
    insert into ringfence.tags (tenant_id, tag) select here, word from unnest(ticket.tags) word
    on conflict do nothing;
    if fields ? 'body' then
        insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
        values (here, ringfence.new_id(), ticket.ticket_id, ticket.requester_id, ticket.group_key, ticket.requester_id, 'public', fields ->> 'body');
    end if;
    insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version)
    values (here, ringfence.new_id(), ticket.ticket_id, ticket.requester_id, ticket.group_key, ticket.requester_id, 'ticket.created', 'public', ticket.version);
    insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, direction, state, requester_name, requester_email, settled_at)
    values (here, id, agreement.agreement_id, ticket.ticket_id, ticket.requester_id, ticket.group_key, 'incoming', 'delivered',
            fields ->> 'requester_name', fields ->> 'requester_email', transaction_timestamp());
    perform ringfence.record_crossing(here, id, 'ticket.received', null, 'ticket', ticket.ticket_id, agreement.agreement_id);
    return null;
end
$$;

-- A comment arrives on a linked ticket. On the ticket that came in from the partner it is public, for they are its requester;
-- on one's own it is for staff to read first, for the partner is no party to what one's own requester sees.
create function ringfence.receive_comment(said jsonb) returns text
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
declare
    here uuid := (said ->> 'to')::uuid;
    id uuid := (said ->> 'intent')::uuid;
    agreement ringfence.agreements;
    link ringfence.ticket_links;
    known ringfence.comment_shares;
    arrived ringfence.comments;
    why text;
begin
    select a.* into agreement from ringfence.agreements a where a.tenant_id = here and a.agreement_id = (said ->> 'agreement')::uuid for update;
    select s.* into known from ringfence.comment_shares s where s.tenant_id = here and s.share_id = id;
    select l.* into link from ringfence.ticket_links l
     where l.tenant_id = here and l.link_id = coalesce(known.link_id, (said ->> 'link')::uuid) and l.agreement_id = agreement.agreement_id and l.state <> 'refused';
    if known.direction = 'incoming' and link.link_id is not null and agreement.partner_id = (said ->> 'from')::uuid then
        return null;
    end if;
    if said ->> 'refused' is not null then
        return said ->> 'refused';
    end if;
    why := coalesce(ringfence.receiver_refuses(agreement, (said ->> 'from')::uuid, 'comment.share'),
                    case when link.link_id is null then 'not_linked' when known.share_id is not null then 'share_taken' end);
    if why is not null then
        perform ringfence.record_crossing(here, id, 'crossing.refused', why, 'agreement', (said ->> 'agreement')::uuid, (said ->> 'agreement')::uuid);
        return 'not_accepted';
    end if;

    insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
    values (here, ringfence.new_id(), link.ticket_id, link.requester_id, link.group_key, ringfence.partner_contact(agreement),
            case when link.direction = 'incoming' then 'public' else 'internal' end, said ->> 'body')
    returning * into arrived;
    insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version)
    select here, ringfence.new_id(), t.ticket_id, t.requester_id, t.group_key, arrived.author_id, 'comment.created', arrived.visibility, t.version
      from ringfence.tickets t where t.tenant_id = here and t.ticket_id = link.ticket_id;
    update ringfence.tickets t set updated_at = greatest(t.updated_at, transaction_timestamp())
     where t.tenant_id = here and t.ticket_id = link.ticket_id and arrived.visibility = 'public';
    insert into ringfence.comment_shares (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, direction, state, settled_at)
    values (here, id, link.link_id, arrived.comment_id, link.ticket_id, link.requester_id, link.group_key, 'incoming', 'delivered', transaction_timestamp());
    perform ringfence.record_crossing(here, id, 'comment.received', null, 'comment', arrived.comment_id, agreement.agreement_id);
    return null;
end
$$;

-- Second transaction, in the receiver's tenant. Returns the receipt; null where the letter does not count any more, or the
-- receiver cannot be entered now. The queue's row is held until the end: whoever calls it off waits for that or comes first.
create function ringfence.deliver_crossing(letter text) returns text
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.opened('letter', letter);
    refused text;
begin
    perform from ringfence.crossing_queue q
      where q.tenant_id = (said ->> 'from')::uuid and q.intent_id = (said ->> 'intent')::uuid and q.claim = (said ->> 'claim')::uuid
        for update;
    if not found then
        return null;
    end if;
    perform ringfence.seal((said ->> 'to')::uuid);
    if not exists (select from ringfence.tenants t where t.tenant_id = (said ->> 'to')::uuid and t.status = 'active') then
        perform ringfence.unseal();
        return null;
    end if;
    if said ->> 'kind' = 'agreement' then
        perform ringfence.receive_agreement(said);
    elsif said ->> 'kind' = 'ticket' then
        refused := ringfence.receive_ticket(said);
    else
        refused := ringfence.receive_comment(said);
    end if;
    perform ringfence.unseal();
    return ringfence.signed('receipt', jsonb_build_object('kind', said -> 'kind', 'intent', said -> 'intent', 'claim', said -> 'claim',
        'agreement', said -> 'agreement', 'from', said -> 'from', 'refused', refused)::text);
end
$$;

-- Third transaction, in the sender's tenant again. What was delivered is so, whoever took it up meanwhile; a refusal, and word of
-- an agreement that may have changed since, count only where nobody did.
create function ringfence.complete_crossing(receipt text) returns void
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said jsonb := ringfence.opened('receipt', receipt);
begin
    perform ringfence.seal((said ->> 'from')::uuid);
    if (said ->> 'kind' <> 'agreement' and said ->> 'refused' is null) or exists (select from ringfence.crossing_queue q
        where q.tenant_id = (said ->> 'from')::uuid and q.intent_id = (said ->> 'intent')::uuid and q.claim = (said ->> 'claim')::uuid for update) then
        perform ringfence.settle_crossing((said ->> 'from')::uuid, (said ->> 'intent')::uuid, (said ->> 'agreement')::uuid, said ->> 'kind', said ->> 'refused');
    end if;
    perform ringfence.unseal();
end
$$;

grant execute on function ringfence.post_crossing(uuid) to ringfence_app;
grant execute on function ringfence.take_crossing(), ringfence.deliver_crossing(text), ringfence.complete_crossing(text) to ringfence_dispatcher;
