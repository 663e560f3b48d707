-- level: error
-- title: An object of a kind that the installation has none of
-- why: what sql/schema.sql is compared with are tables, views, functions, types and operators; a collation or an operator class beside them decides what is equal, and is in nobody's review.
select pg_describe_object(d.classid, d.objid, d.objsubid) as object, format('in schema %s', d.refobjid::regnamespace) as detail, 'drop it' as remedy
  from pg_catalog.pg_depend d
  left join pg_catalog.pg_class c on d.classid = 'pg_catalog.pg_class'::regclass and c.oid = d.objid
  left join pg_catalog.pg_type t on d.classid = 'pg_catalog.pg_type'::regclass and t.oid = d.objid
 where d.refclassid = 'pg_catalog.pg_namespace'::regclass and d.refobjid in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and d.deptype = 'n'
   -- As sql/catalogue.sql has them.
   and d.classid not in ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_operator'::regclass)
   and coalesce(c.relkind not in ('r', 'v', 'm', 'p', 'f', 'S'), t.typtype not in ('e', 'd', 'r'), true)
