-- level: error
-- title: A role of the installation has the wrong attributes
-- why: superuser and BYPASSRLS skip every policy, CREATEROLE reaches both on 15, REPLICATION reads every row from the log.
select r.rolname::text as object,
       format('superuser %s, bypassrls %s, createrole %s, createdb %s, replication %s, login %s',
              r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolcanlogin) as detail,
       'alter role to what policies/roles.sql says' as remedy
  from pg_catalog.pg_roles r
 where r.rolname in ('ringfence_owner', 'ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator',
                     'ringfence_provisioner', 'ringfence_gate', 'ringfence_reporting', 'ringfence_backup')
   and (r.rolsuper or r.rolcreatedb or r.rolreplication
        or r.rolbypassrls <> (r.rolname = 'ringfence_backup')
        or r.rolcreaterole <> (r.rolname = 'ringfence_provisioner')
        or r.rolcanlogin = (r.rolname in ('ringfence_owner', 'ringfence_provisioner', 'ringfence_gate', 'ringfence_reporting')))
