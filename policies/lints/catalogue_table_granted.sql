-- level: error
-- title: A login was given the system's own tables
-- why: password verifiers and samples of every tenant's rows stand there, and who writes there switches row security off.
select c.oid::regclass::text as object, format('%s for %s', a.privilege_type, coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC')) as detail,
       format('revoke %s on %s from %s', lower(a.privilege_type), c.oid::regclass, coalesce(nullif(a.grantee, 0)::regrole::text, 'public')) as remedy
  from pg_catalog.pg_class c
 cross join lateral (select r.* from aclexplode(c.relacl) r
                     union all
                     select t.* from pg_catalog.pg_attribute col, aclexplode(col.attacl) t where col.attrelid = c.oid) a
 where c.relnamespace = 'pg_catalog'::regnamespace and a.grantee <> c.relowner
   and (c.relname in ('pg_authid', 'pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject', 'pg_user_mapping', 'pg_hba_file_rules', 'pg_file_settings')
        or (a.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER') and c.relname <> 'pg_settings'))
   and (a.grantee = 0 or exists (select from (select o.oid, o.rolname from pg_catalog.pg_roles o
               where not o.rolsuper
                 and (o.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_reporting')
                      or pg_has_role(o.oid, to_regrole('ringfence_reporting')::oid, 'usage'))) r where pg_has_role(r.oid, a.grantee, 'member')))
