-- Not for one tenant_id: what shows that the database is somebody else's, if anything does. A schema of ours is known by its owner; where
-- there is one, what an administrator has put beside it since is the administrator's matter.
with beside as (
    select n.oid, n.nspname from pg_catalog.pg_namespace n
     where n.nspname not in ('ringfence', 'reporting', 'information_schema') and n.nspname !~ '^pg_'
       and not exists (select from pg_catalog.pg_namespace s where s.nspname = 'ringfence')
), held (place, name) as (
    select 1, format('the schema %I, which belongs to the role %I', n.nspname, pg_catalog.pg_get_userbyid(n.nspowner))
      from pg_catalog.pg_namespace n where n.nspname in ('ringfence', 'reporting') and pg_catalog.pg_get_userbyid(n.nspowner) <> 'ringfence_owner'
    union all
    select 2, format('the %s %I.%I', case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'view' else 'table' end, b.nspname, c.relname)
      from pg_catalog.pg_class c join beside b on b.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
       and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    union all
    select 3, format('the function %I.%I', b.nspname, p.proname)
      from pg_catalog.pg_proc p join beside b on b.oid = p.pronamespace
     where not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
)
select current_database()::text as database, h.name as held from held h order by h.place, h.name limit 1
