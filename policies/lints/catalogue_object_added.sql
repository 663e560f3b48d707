-- level: error
-- title: The system's schemas hold something that PostgreSQL did not put there
-- why: what stands in pg_catalog is found before everything else and open to PUBLIC; a cast or an operator of another maker changes what the policies compare.
select o.object, o.what as detail, 'drop it' as remedy
  from (select c.oid, 'pg_catalog.pg_class'::regclass, c.oid::regclass::text, 'relation in ' || c.relnamespace::regnamespace from pg_catalog.pg_class c
         where c.relnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        union all
        select f.oid, 'pg_catalog.pg_proc'::regclass, f.oid::regprocedure::text, 'function in ' || f.pronamespace::regnamespace from pg_catalog.pg_proc f
         where f.pronamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        union all
        select x.oid, 'pg_catalog.pg_cast'::regclass, format('%s as %s', x.castsource::regtype, x.casttarget::regtype), 'cast' from pg_catalog.pg_cast x
        union all
        select x.oid, 'pg_catalog.pg_operator'::regclass, x.oid::regoperator::text, 'operator' from pg_catalog.pg_operator x
        union all
        select x.oid, 'pg_catalog.pg_conversion'::regclass, x.conname::text, 'conversion' from pg_catalog.pg_conversion x) as o (id, class, object, what)
 where o.id >= 16384
   and not exists (select from pg_catalog.pg_depend d where d.classid = o.class and d.objid = o.id and d.deptype = 'e')
