-- level: warning
-- title: PUBLIC may execute functions that reach from session to session
-- why: large objects, advisory locks, notifications, exported snapshots, counters, sizes and rows by their place pass every policy, and all tenants' requests are sessions of one login, which may end them; where no superuser installed, they stay open.
select 'pg_catalog.' || f.proname as object, format('%s function(s) executable by PUBLIC', count(*)) as detail,
       'as a superuser, revoke execute on them from public (policies/roles.sql)' as remedy
  from pg_catalog.pg_proc f
 cross join lateral aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
 where f.pronamespace = 'pg_catalog'::regnamespace and a.grantee = 0
   and (f.proname ~ '^(lo_|lo(create|open|read|write|get|put|lseek|tell|unlink|truncate|_)|loread|lowrite)'
        or f.proname ~ '^pg_(try_)?advisory_'
        or f.proname in ('pg_notify', 'pg_current_xact_id', 'txid_current', 'pg_export_snapshot', 'pg_logical_emit_message',
                         'pg_terminate_backend', 'pg_cancel_backend',
                         'query_to_xml', 'query_to_xml_and_xmlschema', 'table_to_xml', 'table_to_xml_and_xmlschema', 'cursor_to_xml',
                         'database_to_xml', 'database_to_xml_and_xmlschema', 'schema_to_xml', 'schema_to_xml_and_xmlschema',
                         'pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_database_size', 'pg_tablespace_size',
                         'pg_current_wal_lsn', 'pg_current_wal_insert_lsn', 'pg_current_wal_flush_lsn', 'pg_control_checkpoint')
        or f.proname ~ '^pg_stat_get_(xact_)?(live|dead|tuples|numscans|blocks|ins_since|mod_since|last_|lastscan$|(auto)?(vacuum|analyze)_count|function_|db_|bgwriter_|buf_|checkpoint|wal$|slru$|archiver$)'
        or f.proname in ('ts_stat', 'ts_rewrite') and f.provolatile = 'v'
        or f.proname = 'currtid2')
 group by f.proname
