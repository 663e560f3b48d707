-- level: error
-- title: An analyst may do more than read the reported tables
-- why: an analyst's login has SELECT on the views and on the columns under them, and nothing else.
select c.oid::regclass::text as object, format('ringfence_reporting holds %s', a.privilege_type) as detail,
       format('revoke %s on %s from ringfence_reporting', a.privilege_type, c.oid::regclass) as remedy
  from pg_catalog.pg_class c
 cross join lateral (
       select x.grantee, x.privilege_type, false as of_column from aclexplode(c.relacl) x
       union all
       select x.grantee, x.privilege_type, true from pg_catalog.pg_attribute t cross join lateral aclexplode(t.attacl) x where t.attrelid = c.oid) as a
 where a.grantee = to_regrole('ringfence_reporting')
   and (a.privilege_type <> 'SELECT'
        or c.relnamespace not in (to_regnamespace('ringfence'), to_regnamespace('reporting'))
        -- On a table only columns, and only where a door of the analysts stands.
        or (c.relnamespace = to_regnamespace('ringfence')
            and (not a.of_column or not exists (
                select from pg_catalog.pg_policy p where p.polrelid = c.oid and p.polpermissive and a.grantee = any (p.polroles)))))
 group by c.oid, a.privilege_type
