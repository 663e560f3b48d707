-- level: error
-- title: A table has a trigger
-- why: a trigger runs in the session of whoever writes, sees OLD and NEW past every door, and no correctness here may rest on one.
select format('%s on %s', t.tgname, t.tgrelid::regclass) as object, pg_get_triggerdef(t.oid) as detail, 'drop it' as remedy
  from pg_catalog.pg_trigger t
  join pg_catalog.pg_class c on c.oid = t.tgrelid
 where c.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and not t.tgisinternal
