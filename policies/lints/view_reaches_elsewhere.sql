-- level: error
-- title: A view reads something other than tenant tables
-- why: a view over a catalogue, another schema or an excepted table carries data past the wall.
select v.oid::regclass::text as object, format('reads %s', t.oid::regclass) as detail, 'read tables of schema ringfence that have the wall' as remedy
  from pg_catalog.pg_class v
  join pg_catalog.pg_rewrite r on r.ev_class = v.oid
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_catalog.pg_class'::regclass
  join pg_catalog.pg_class t on t.oid = d.refobjid and t.oid <> v.oid
 where v.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and v.relkind in ('v', 'm')
   and (t.relnamespace is distinct from to_regnamespace('ringfence') or t.relname = any (:exceptions))
 group by v.oid, t.oid
