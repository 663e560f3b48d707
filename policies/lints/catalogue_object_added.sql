-- level: error
-- title: The system's schemas hold something that PostgreSQL did not put there
-- why: what stands in pg_catalog is found before everything else and open to PUBLIC; a cast or an operator of another maker changes what the policies compare.
select o.object, o.what as detail, 'drop it' as remedy
  from (select c.oid, c.oid::regclass::text, 'relation in ' || c.relnamespace::regnamespace from pg_catalog.pg_class c
         where c.relnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        union all
        select f.oid, f.oid::regprocedure::text, 'function in ' || f.pronamespace::regnamespace from pg_catalog.pg_proc f
         where f.pronamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        union all
        select x.oid, format('%s as %s', x.castsource::regtype, x.casttarget::regtype), 'cast' from pg_catalog.pg_cast x
        union all
        select x.oid, x.oid::regoperator::text, 'operator' from pg_catalog.pg_operator x
        union all
        select x.oid, x.conname::text, 'conversion' from pg_catalog.pg_conversion x) as o (id, object, what)
 where o.id >= 16384
