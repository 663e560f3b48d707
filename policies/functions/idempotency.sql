-- Who is at work: turns, and the answers that are kept.

-- Advisory locks are one space and one table for the whole server, which anybody may read (pg_locks). A turn's key is made here, of a
-- tenant and what is done there, under the key that no login can read: nobody can tell whose turn it is that they see there. The word
-- before it keeps it apart from every other use of the key.
create function ringfence.turn_key(kind text, tenant_id uuid, what text) returns bigint
language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp
as $$
begin
    -- Planned once a session: a function of SQL that looks something up would be planned at every request with a key.
    return (select ('x' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend('turn|' || turn_key.kind || '|' || turn_key.tenant_id::text || '|' || turn_key.what))), 'hex'))::bit(64)::bigint
              from ringfence.keys k where k.purpose = 'seal' and k.retired_at is null);
end
$$;

-- A turn in the tenant entered, until the transaction ends; false where another transaction has it. Keys are not cut down to a few for
-- each tenant, where two that differ would meet and one be told that it is in flight: what is bounded is how many a transaction holds.
create function ringfence.take_turn(what text) returns boolean
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if ringfence.member() is null then
        raise exception 'no tenant entered' using errcode = 'RF003';
    end if;
    if (select count(*) from pg_locks l where l.locktype = 'advisory' and l.pid = pg_backend_pid()) >= 4 then
        raise exception 'a transaction takes four turns at most' using errcode = '54000';
    end if;
    return pg_try_advisory_xact_lock(ringfence.turn_key('request', ringfence.current_tenant(), take_turn.what));
end
$$;

-- Kept answers that are a day old: gone whatever rights they were kept with, which no door of the service lets it see.

create function ringfence.forget_stale_answers() returns void
language sql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
begin atomic
    delete from ringfence.idempotency_keys k
     where k.tenant_id = ringfence.current_tenant() and k.member_id = ringfence.actor() and k.subject_id = ringfence.member()
       and k.created_at <= transaction_timestamp() - interval '24 hours';
end;

grant execute on function ringfence.take_turn(text), ringfence.forget_stale_answers() to ringfence_app;
