-- level: error
-- title: A role of the installation has settings of its own
-- why: a login may change its own defaults for the future (search_path, row_security, timeouts); the service gives its settings with each connection.
select s.setrole::regrole::text as object, array_to_string(s.setconfig, ', ') as detail,
       format('alter role %s reset all', s.setrole::regrole) as remedy
  from pg_catalog.pg_db_role_setting s
  join pg_catalog.pg_roles r on r.oid = s.setrole
 where r.rolname in ('ringfence_owner', 'ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator',
                     'ringfence_provisioner', 'ringfence_gate', 'ringfence_reporting', 'ringfence_backup')
   and (s.setdatabase = 0 or s.setdatabase = (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
