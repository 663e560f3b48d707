-- level: warning
-- title: Objects stand outside the two schemas
-- why: a table elsewhere has no wall, and a function elsewhere is in nobody's review; leftovers may be an intruder's.
select o.object, 'in schema ' || o.schema as detail, 'drop it, or give it a database of its own' as remedy
  from (select c.oid::regclass::text, c.relnamespace::regnamespace::text, c.oid, 'pg_catalog.pg_class'::regclass from pg_catalog.pg_class c where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        union all
        select f.oid::regprocedure::text, f.pronamespace::regnamespace::text, f.oid, 'pg_catalog.pg_proc'::regclass from pg_catalog.pg_proc f) as o (object, schema, id, class)
 where o.schema not in ('ringfence', 'reporting', 'pg_catalog', 'information_schema') and o.schema !~ '^pg_temp_[0-9]+$'
   -- Those of the extensions that are expected (extension_unexpected) have no relations. Who owns one can put anything into it.
   and not (o.class = 'pg_catalog.pg_proc'::regclass
            and exists (select from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid = d.refobjid and e.extname in ('pgaudit', 'btree_gin')
                         where d.classid = o.class and d.objid = o.id and d.deptype = 'e'))
