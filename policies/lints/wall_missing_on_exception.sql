-- level: error
-- title: An excepted table is open to a tenant's login
-- why: an exception frees the owner's functions from the wall, never the service or an analyst.
select c.oid::regclass::text as object, format('%s holds a privilege here and no wall stands before it', r.rolname) as detail,
       'name the role in the restrictive policy of the table, or revoke the privilege' as remedy
  from pg_catalog.pg_class c
  join pg_catalog.pg_roles r on r.rolname in ('ringfence_app', 'ringfence_reporting')
 where c.relnamespace = to_regnamespace('ringfence') and c.relkind in ('r', 'p') and c.relname = any (:exceptions)
   and has_any_column_privilege(r.oid, c.oid, 'select, insert, update')
   and not exists (
       select from pg_catalog.pg_policy p
        where p.polrelid = c.oid and not p.polpermissive and p.polcmd = '*' and (p.polroles = '{0}' or r.oid = any (p.polroles))
          and pg_get_expr(p.polqual, p.polrelid) = '(tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))')
