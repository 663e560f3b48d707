-- level: error
-- title: A table that a tenant's login reads has no second wall
-- why: the planner puts the wall's equality together with the statement's own and asks once, before the scan; only = ANY is asked of every row, and of the index before there is a row.
select c.oid::regclass::text as object, format('%s reads here, and no wall is asked of each row', r.rolname) as detail,
       'create policy ..._wall_each_row as restrictive for all, in the words of the other tables' as remedy
  from pg_catalog.pg_class c
  join pg_catalog.pg_roles r on r.rolname in ('ringfence_app', 'ringfence_reporting')
 where c.relnamespace = to_regnamespace('ringfence') and c.relkind in ('r', 'p')
   and (has_any_column_privilege(r.oid, c.oid, 'select, update') or has_table_privilege(r.oid, c.oid, 'delete'))
   and not exists (
       select from pg_catalog.pg_policy p
        where p.polrelid = c.oid and not p.polpermissive and p.polcmd = '*' and (p.polroles = '{0}' or r.oid = any (p.polroles))
          and pg_get_expr(p.polqual, p.polrelid) = '(tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)]))')
