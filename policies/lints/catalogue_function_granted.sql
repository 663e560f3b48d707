-- level: error
-- title: A login was given a function of PostgreSQL's own
-- why: files of the server, other sessions, large objects, counters and channels between sessions know no tenant; what everybody may execute needs no grant by name.
select distinct f.oid::regprocedure::text as object, format('executable by %s', coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC')) as detail,
       format('revoke execute on function %s from %s', f.oid::regprocedure, coalesce(nullif(a.grantee, 0)::regrole::text, 'public')) as remedy
  from pg_catalog.pg_proc f
 cross join lateral aclexplode(f.proacl) a
  left join pg_catalog.pg_init_privs i on i.objoid = f.oid and i.classoid = 'pg_catalog.pg_proc'::regclass
 where f.pronamespace = 'pg_catalog'::regnamespace and a.grantee <> f.proowner
   -- PUBLIC: where the server came with it kept from PUBLIC. A login: by whatever grant.
   and case a.grantee when 0 then i.objoid is not null and not exists (select from aclexplode(i.initprivs) x where x.grantee = 0)
       else exists (select from (select o.oid, o.rolname from pg_catalog.pg_roles o
               where not o.rolsuper
                 and (o.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_reporting')
                      or pg_has_role(o.oid, to_regrole('ringfence_reporting')::oid, 'usage'))) r where pg_has_role(r.oid, a.grantee, 'member')) end
   -- The transaction id that stamps an audit row, and what ends the sessions of analysts (policies/roles.sql).
   and (f.oid::regprocedure::text, coalesce(nullif(a.grantee, 0)::regrole::text, '')) not in (
       ('pg_current_xact_id()', 'ringfence_app'), ('pg_current_xact_id()', 'ringfence_auditor'), ('pg_terminate_backend(integer,bigint)', 'ringfence_provisioner'))
