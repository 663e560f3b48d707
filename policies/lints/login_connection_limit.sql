-- level: warning
-- title: The service may open a few connections only
-- why: the pool takes as many as it is told to, and beyond the limit a request is answered 503, the trail waits, or nothing crosses between tenants.
select 'role ' || quote_ident(r.rolname) as object, format('connection limit %s', r.rolconnlimit) as detail,
       format('alter role %I connection limit -1; RINGFENCE_CONNECTIONS says how many the service opens', r.rolname) as remedy
  from pg_catalog.pg_roles r
 where r.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator') and r.rolconnlimit >= 0
union all
select 'database', format('connection limit %s', d.datconnlimit), format('alter database %I connection limit -1', d.datname)
  from pg_catalog.pg_database d
 where d.datname = current_database() and d.datconnlimit >= 0
