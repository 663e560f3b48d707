-- level: error
-- title: A role may change a setting of the server that is kept from it
-- why: session_replication_role alone switches foreign keys off, and others write the memory of statements into the log.
select p.parname as object, format('%s for %s', a.privilege_type, coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC')) as detail,
       format('revoke %s on parameter %s from %s', lower(a.privilege_type), p.parname, coalesce(nullif(a.grantee, 0)::regrole::text, 'public')) as remedy
  from pg_catalog.pg_parameter_acl p
 cross join lateral aclexplode(p.paracl) a
  left join pg_catalog.pg_roles r on r.oid = a.grantee
 where not coalesce(r.rolsuper, false)
   -- The one that is meant (context_parameter).
   and (p.parname, r.rolname) is distinct from ('backtrace_functions', 'ringfence_gate')
