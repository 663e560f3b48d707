-- The roles of an installation: who exists on the server and what each may be. Run as administrator; safe to repeat.
-- No login is a member of anything that owns, and none may bypass row security but the backup, which no pool uses.

do $$
declare
    r record;
begin
    for r in
        select * from (values
            ('ringfence_owner',       'nologin'),
            ('ringfence_app',         'login'),
            ('ringfence_auditor',     'login'),
            ('ringfence_dispatcher',  'login'),
            ('ringfence_operator',    'login'),
            ('ringfence_provisioner', 'nologin createrole'),
            ('ringfence_gate',        'nologin'),
            ('ringfence_reporting',   'nologin'),
            ('ringfence_backup',      'login bypassrls')
        ) as wanted (name, attributes)
    loop
        if not exists (select from pg_catalog.pg_roles where rolname = r.name) then
            execute pg_catalog.format('create role %I %s', r.name, r.attributes);
        end if;
    end loop;
end
$$;

-- A login may change its own settings, and so may SQL in its name: it has none (lint role_settings). Said where there are any, for two
-- installations on one server would meet in the same row of the catalogue.
do $$
declare
    r record;
begin
    for r in
        select pg_catalog.format('alter role %s%s reset all', s.setrole::regrole, case s.setdatabase when 0 then '' else pg_catalog.format(' in database %I', pg_catalog.current_database()) end) as statement
          from pg_catalog.pg_db_role_setting s
         where s.setrole::regrole::text in ('ringfence_owner', 'ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator',
                                            'ringfence_provisioner', 'ringfence_gate', 'ringfence_reporting', 'ringfence_backup')
           and (s.setdatabase = 0 or s.setdatabase = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))
    loop
        execute r.statement;
    end loop;
end
$$;

grant pg_read_all_data to ringfence_backup;
-- The provisioner puts each new login into this group, and into nothing else.
grant ringfence_reporting to ringfence_provisioner with admin option;

-- Where the tenant context stands (policies/functions/context.sql): written by the gate alone. Said once, for two installations on one
-- server would meet in the same row of the catalogue.
do $$
begin
    if not pg_catalog.has_parameter_privilege('ringfence_gate', 'backtrace_functions', 'set') then
        grant set on parameter backtrace_functions to ringfence_gate;
    end if;
end
$$;

-- Nobody may connect, make temporary tables (which shadow names and outlive a request) or create objects by default.
do $$
begin
    execute pg_catalog.format('revoke all on database %I from public', pg_catalog.current_database());
    execute pg_catalog.format('grant connect on database %I to ringfence_app, ringfence_auditor, ringfence_dispatcher, ringfence_operator, ringfence_reporting, ringfence_backup', pg_catalog.current_database());
    -- The service's roles keep no settings of their own choosing in another database either.
    execute 'revoke connect, temporary on database postgres from public';
    execute 'revoke connect, temporary on database template1 from public';
end
$$;
revoke all on schema public from public;

-- Channels that carry data between sessions past every policy. LISTEN and NOTIFY as statements have no privilege.
do $$
declare
    f regprocedure;
begin
    for f in
        select p.oid::regprocedure
        from pg_catalog.pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
          and (p.proname ~ '^(lo_|lo(create|open|read|write|get|put|lseek|tell|unlink|truncate|_)|loread|lowrite)'
            or p.proname ~ '^pg_(try_)?advisory_'
            or p.proname in ('pg_notify', 'pg_current_xact_id', 'txid_current', 'pg_export_snapshot',
                             'pg_logical_emit_message', 'pg_terminate_backend', 'pg_cancel_backend',
                             'query_to_xml', 'table_to_xml', 'cursor_to_xml', 'database_to_xml', 'schema_to_xml',
                             'query_to_xml_and_xmlschema', 'table_to_xml_and_xmlschema', 'schema_to_xml_and_xmlschema', 'database_to_xml_and_xmlschema')
            -- What tells how much all tenants have together, or do.
            or p.proname ~ '^pg_stat_get_(xact_)?(live|dead|tuples|numscans|blocks|ins_since|mod_since|last_|lastscan$|(auto)?(vacuum|analyze)_count|function_|db_|bgwriter_|buf_|checkpoint|wal$|slru$|archiver$)'
            or p.proname in ('pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_database_size', 'pg_tablespace_size',
                             'pg_current_wal_lsn', 'pg_current_wal_insert_lsn', 'pg_current_wal_flush_lsn', 'pg_control_checkpoint')
            -- These run a statement given as text.
            or p.proname in ('ts_stat', 'ts_rewrite') and p.provolatile = 'v'
            -- This looks a row up past every policy.
            or p.proname = 'currtid2')
    loop
        execute pg_catalog.format('revoke execute on function %s from public', f);
    end loop;
end
$$;
-- Ours: one try-lock, behind the owner's functions that make its keys, and the transaction id that stamps an audit row.
grant execute on function pg_catalog.pg_try_advisory_xact_lock(bigint) to ringfence_owner;
-- For the one function that ends the sessions of analysts.
grant execute on function pg_catalog.pg_terminate_backend(integer, bigint) to ringfence_provisioner;
-- Whoever chooses the key can hold another tenant's, and see whether it is held: not the service.
revoke execute on function pg_catalog.pg_try_advisory_xact_lock(bigint) from ringfence_app;
grant execute on function pg_catalog.pg_current_xact_id() to ringfence_app, ringfence_auditor, ringfence_owner;
