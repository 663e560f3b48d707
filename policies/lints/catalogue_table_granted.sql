-- level: error
-- title: A login was given the system's own tables
-- why: password verifiers, secrets of mappings and samples of every tenant's rows stand there, who writes there switches row security off, and what a tenant's session may write another's may read.
select distinct c.oid::regclass::text as object, format('%s for %s', a.privilege_type, coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC')) as detail,
       format('revoke %s on %s from %s', lower(a.privilege_type), c.oid::regclass, coalesce(nullif(a.grantee, 0)::regrole::text, 'public')) as remedy
  from pg_catalog.pg_class c
 cross join lateral (select r.*, 0 as attnum from aclexplode(c.relacl) r
                     union all
                     select t.*, col.attnum from pg_catalog.pg_attribute col, aclexplode(col.attacl) t where col.attrelid = c.oid) a
 where c.relnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) and a.grantee <> c.relowner
   -- PUBLIC: what the server did not come with. A login: by whatever grant.
   and case a.grantee when 0 then not exists (
           select from pg_catalog.pg_init_privs i cross join lateral aclexplode(i.initprivs) x
            where i.objoid = c.oid and i.classoid = 'pg_catalog.pg_class'::regclass and i.objsubid = a.attnum
              and x.grantee = 0 and x.privilege_type = a.privilege_type)
            -- Of the standard's schema it does not note it: what it has for itself there is `_pg_...`.
            and not (c.relnamespace = 'information_schema'::regnamespace and a.privilege_type = 'SELECT' and c.relname !~ '^_pg_')
       else exists (select from (select o.oid, o.rolname from pg_catalog.pg_roles o
               where not o.rolsuper
                 and (o.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_reporting')
                      or pg_has_role(o.oid, to_regrole('ringfence_reporting')::oid, 'usage'))) r where pg_has_role(r.oid, a.grantee, 'member')) end
