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
        select x.oid, x.conname::text, 'conversion' from pg_catalog.pg_conversion x
        union all
        -- Its array comes and goes with a type, a type with its relation.
        select t.oid, t.oid::regtype::text, 'type in ' || t.typnamespace::regnamespace from pg_catalog.pg_type t
         where t.typnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) and t.typrelid = 0 and t.typelem = 0
        union all
        -- Those of the machine's locales come later where a locale does, and bear its name.
        select x.oid, x.collname::text, 'collation' from pg_catalog.pg_collation x
         where x.collnamespace = 'pg_catalog'::regnamespace and x.collname !~ '-x-icu$'
           and not coalesce(x.collname in (x.collcollate, split_part(x.collcollate, '.', 1)), false)
        union all
        select x.oid, x.cfgname::text, 'text search configuration' from pg_catalog.pg_ts_config x where x.cfgnamespace = 'pg_catalog'::regnamespace
        union all
        select x.oid, x.dictname::text, 'text search dictionary' from pg_catalog.pg_ts_dict x where x.dictnamespace = 'pg_catalog'::regnamespace
        union all
        select x.oid, x.prsname::text, 'text search parser' from pg_catalog.pg_ts_parser x where x.prsnamespace = 'pg_catalog'::regnamespace
        union all
        select x.oid, x.tmplname::text, 'text search template' from pg_catalog.pg_ts_template x where x.tmplnamespace = 'pg_catalog'::regnamespace
        union all
        select x.oid, x.opfname::text, 'operator family' from pg_catalog.pg_opfamily x where x.opfnamespace = 'pg_catalog'::regnamespace
        union all
        select x.oid, x.opcname::text, 'operator class' from pg_catalog.pg_opclass x where x.opcnamespace = 'pg_catalog'::regnamespace or x.opcfamily < 16384
        union all
        select x.oid, x.amopopr::regoperator::text, 'operator of the server''s family ' || f.opfname
          from pg_catalog.pg_amop x join pg_catalog.pg_opfamily f on f.oid = x.amopfamily and f.oid < 16384
        union all
        select x.oid, x.amproc::regprocedure::text, 'function of the server''s family ' || f.opfname
          from pg_catalog.pg_amproc x join pg_catalog.pg_opfamily f on f.oid = x.amprocfamily and f.oid < 16384) as o (id, object, what)
 where o.id >= 16384
