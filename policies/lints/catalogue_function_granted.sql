-- level: error
-- title: A login was given a function that reaches past the walls
-- why: files of the server, other sessions, large objects and channels between sessions know no tenant.
select distinct f.oid::regprocedure::text as object, format('executable by %s', coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC')) as detail,
       format('revoke execute on function %s from %s', f.oid::regprocedure, coalesce(nullif(a.grantee, 0)::regrole::text, 'public')) as remedy
  from pg_catalog.pg_proc f
 cross join lateral aclexplode(f.proacl) a
 where f.pronamespace = 'pg_catalog'::regnamespace and a.grantee <> f.proowner
   and (f.proname ~ '^(pg_read_(binary_)?file|pg_ls_|pg_stat_file|pg_file_|lo_import|lo_export|pg_reload_conf|pg_rotate_logfile|pg_create_(logical|physical)|pg_logical_slot|pg_replication_)'
        or (a.grantee <> 0
            and (f.proname ~ '^(lo_|lo(create|open|read|write|get|put|lseek|tell|unlink|truncate|_)|loread|lowrite)' or f.proname ~ '^pg_(try_)?advisory_'
                 or f.proname in ('pg_notify', 'pg_terminate_backend', 'pg_cancel_backend', 'pg_export_snapshot', 'pg_logical_emit_message', 'pg_current_xact_id', 'txid_current')
                 or f.proname ~ '^(query|table|cursor|database|schema)_to_xml')))
   and (a.grantee = 0 or exists (select from (select o.oid, o.rolname from pg_catalog.pg_roles o
               where not o.rolsuper
                 and (o.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_reporting')
                      or pg_has_role(o.oid, to_regrole('ringfence_reporting')::oid, 'usage'))) r where pg_has_role(r.oid, a.grantee, 'member')))
   -- One try-lock for idempotency keys, and the transaction id that stamps an audit row (policies/roles.sql).
   and (f.oid::regprocedure::text, coalesce(nullif(a.grantee, 0)::regrole::text, '')) not in (
       ('pg_try_advisory_xact_lock(bigint)', 'ringfence_app'), ('pg_current_xact_id()', 'ringfence_app'), ('pg_current_xact_id()', 'ringfence_auditor'))
