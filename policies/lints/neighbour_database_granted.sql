-- level: warning
-- title: A login was let into another database of the server
-- why: what it leaves there, another login finds, and no policy stands in between.
select 'database ' || quote_ident(d.datname) as object,
       format('%s for %s', string_agg(a.privilege_type, ', ' order by a.privilege_type), a.grantee::regrole) as detail,
       format('revoke all on database %I from %s', d.datname, a.grantee::regrole) as remedy
  from pg_catalog.pg_database d
 cross join lateral aclexplode(d.datacl) a
 where d.datname <> current_database() and d.datallowconn and a.grantee not in (0, d.datdba)
   and exists (select from (select o.oid, o.rolname from pg_catalog.pg_roles o
               where not o.rolsuper
                 and (o.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_reporting')
                      or pg_has_role(o.oid, to_regrole('ringfence_reporting')::oid, 'usage'))) r where pg_has_role(r.oid, a.grantee, 'member'))
   -- Another installation of the server lets in all of its logins, and to connect alone (policies/roles.sql).
   and not (a.privilege_type = 'CONNECT' and (
       select count(*) from aclexplode(d.datacl) x
        where x.privilege_type = 'CONNECT' and x.grantee::regrole::text in
              ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_reporting', 'ringfence_backup')) = 6
            and a.grantee::regrole::text ~ '^ringfence_')
 group by d.datname, a.grantee
