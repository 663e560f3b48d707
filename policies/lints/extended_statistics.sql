-- level: error
-- title: Extended statistics are kept over tenant tables
-- why: they hold combinations of values over all tenants.
select format('%I.%I', x.stxnamespace::regnamespace::text, x.stxname) as object, format('on %s', x.stxrelid::regclass) as detail,
       format('drop statistics %I.%I', x.stxnamespace::regnamespace::text, x.stxname) as remedy
  from pg_catalog.pg_statistic_ext x
  join pg_catalog.pg_class c on c.oid = x.stxrelid
 where c.relnamespace = to_regnamespace('ringfence')
