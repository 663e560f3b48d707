-- level: error
-- title: A login may change a setting of the server that is kept from it
-- why: session_replication_role alone switches foreign keys off, and others write the memory of statements into the log.
select p.parname as object, format('%s for %s', a.privilege_type, coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC')) as detail,
       format('revoke %s on parameter %s from %s', lower(a.privilege_type), p.parname, coalesce(nullif(a.grantee, 0)::regrole::text, 'public')) as remedy
  from pg_catalog.pg_parameter_acl p
 cross join lateral aclexplode(p.paracl) a
 where a.grantee = 0
    or exists (select from (select o.oid, o.rolname from pg_catalog.pg_roles o
               where not o.rolsuper
                 and (o.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_reporting')
                      or pg_has_role(o.oid, to_regrole('ringfence_reporting')::oid, 'usage'))) r where pg_has_role(r.oid, a.grantee, 'member'))
