-- level: error
-- title: A login may create objects
-- why: a table, function or temporary table made by the service's or an analyst's role shadows names and carries rows to the next request.
select r.rolname::text as object, p.what as detail, 'revoke it from the role, or from PUBLIC through whom it is held' as remedy
  from pg_catalog.pg_roles r
 cross join lateral (
       select 'CREATE on the database' where has_database_privilege(r.oid, current_database(), 'create')
       union all
       select 'TEMPORARY on the database' where has_database_privilege(r.oid, current_database(), 'temporary')
       union all
       select 'CREATE on schema ' || n.nspname from pg_catalog.pg_namespace n
        where has_schema_privilege(r.oid, n.oid, 'create')) as p (what)
 where r.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_provisioner', 'ringfence_gate', 'ringfence_reporting', 'ringfence_backup')
    or not r.rolsuper and pg_has_role(r.oid, to_regrole('ringfence_reporting')::oid, 'usage')
