-- level: warning
-- about: server
-- title: Another role bypasses row security
-- why: ringfence_backup is the one role that may; any other reads all tenants.
select r.rolname::text as object, concat_ws(', ', case when r.rolbypassrls then 'BYPASSRLS' end, case when r.rolreplication then 'REPLICATION' end) as detail,
       format('alter role %I nobypassrls noreplication', r.rolname) as remedy
  from pg_catalog.pg_roles r
 where (r.rolbypassrls or r.rolreplication) and not r.rolsuper and r.rolname <> 'ringfence_backup' and r.rolname !~ '^pg_'
