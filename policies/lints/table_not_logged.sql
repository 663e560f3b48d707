-- level: error
-- title: A table is not durable
-- why: an unlogged table is emptied by a crash: an acknowledged write and its audit row would be gone.
select c.oid::regclass::text as object, format('persistence %s', c.relpersistence) as detail,
       format('alter table %s set logged', c.oid::regclass) as remedy
  from pg_catalog.pg_class c
 where c.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and c.relkind in ('r', 'm') and c.relpersistence <> 'p'
