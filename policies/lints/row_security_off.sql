-- level: error
-- title: Row security is off
-- why: without ENABLE no policy is looked at and every tenant's rows are open to whoever holds a privilege.
select c.oid::regclass::text as object, 'row level security is not enabled' as detail,
       format('alter table %s enable row level security', c.oid::regclass) as remedy
  from pg_catalog.pg_class c
 where c.relnamespace = to_regnamespace('ringfence') and c.relkind in ('r', 'p')
   and not c.relrowsecurity and c.relname <> 'schema_history'
