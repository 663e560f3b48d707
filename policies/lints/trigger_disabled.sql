-- level: error
-- title: A trigger is not enabled
-- why: foreign keys are triggers; disabled, or bound to a replication role, they check nothing.
select format('%s on %s', t.tgname, t.tgrelid::regclass) as object, format('tgenabled is %s', t.tgenabled) as detail,
       format('alter table %s enable trigger all', t.tgrelid::regclass) as remedy
  from pg_catalog.pg_trigger t
  join pg_catalog.pg_class c on c.oid = t.tgrelid
 where c.relnamespace = to_regnamespace('ringfence') and t.tgenabled <> 'O'
