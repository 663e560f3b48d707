-- level: error
-- title: A tenant table has no wall
-- why: permissive policies OR together; only the restrictive wall, identical everywhere, keeps one careless door from opening a table.
select c.oid::regclass::text as object,
       'no restrictive policy for all commands and PUBLIC in the common form' as detail,
       'create policy ..._wall as restrictive for all to public, in the words of the other tables' as remedy
  from pg_catalog.pg_class c
 where c.relnamespace = to_regnamespace('ringfence') and c.relkind in ('r', 'p') and c.relname <> all (:exceptions)
   and not exists (
       select from pg_catalog.pg_policy p
        where p.polrelid = c.oid and not p.polpermissive and p.polcmd = '*' and p.polroles = '{0}'
          and pg_get_expr(p.polqual, p.polrelid) = '(tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))'
          and pg_get_expr(p.polwithcheck, p.polrelid) = '(tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))')
