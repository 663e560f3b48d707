-- The service tells times up to here (V17 says why); one row that it cannot tell would hide every list that has it in it.
do $$
declare
    changed record;
    time_column text;
    told constant text := $told$between '0001-01-02 00:00:00+00' and '9999-12-30 22:00:01+00'$told$;
begin
    for changed in
        select * from (values ('tickets', '{created_at,updated_at,closed_at}'::text[]), ('comments', '{created_at}'), ('ticket_events', '{created_at}'),
                              ('contacts', '{updated_at}'), ('organizations', '{updated_at}'), ('groups', '{updated_at}'), ('members', '{updated_at}'),
                              ('tenant_roles', '{updated_at}'), ('api_tokens', '{expires_at}'), ('invitations', '{expires_at}')) t (name, columns)
    loop
        execute format('alter table ringfence.%I no force row level security', changed.name);
        foreach time_column in array changed.columns loop
            execute format($sql$update ringfence.%1$I set %2$I = least(greatest(%2$I, '0001-01-02 00:00:00+00'), '9999-12-30 22:00:00+00') where not %2$I %3$s$sql$,
                           changed.name, time_column, told);
        end loop;
        execute format('alter table ringfence.%I force row level security', changed.name);
        execute format('alter table ringfence.%I add constraint %I check (%s)', changed.name, changed.name || '_times_can_be_told',
                       (select string_agg(format('%I %s', c, told), ' and ') from unnest(changed.columns) c));
    end loop;
end
$$;

-- What a request leaves in the trail is a line of it, and no place to keep things in.
alter table ringfence.audit_inbox add constraint audit_inbox_details_are_short check (octet_length(details::text) <= 1048576);
