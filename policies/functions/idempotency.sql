-- Kept answers that are a day old: gone whatever rights they were kept with, which no door of the service lets it see.

create function ringfence.forget_stale_answers() returns void
language sql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
begin atomic
    delete from ringfence.idempotency_keys k
     where k.tenant_id = ringfence.current_tenant() and k.member_id = ringfence.actor() and k.subject_id = ringfence.member()
       and k.created_at <= transaction_timestamp() - interval '24 hours';
end;

grant execute on function ringfence.forget_stale_answers() to ringfence_app;
