-- level: error
-- title: Row security is not forced
-- why: without FORCE the owner's functions skip every policy; a migration that lifts it must restore it.
select c.oid::regclass::text as object, 'row level security is not forced for the owner' as detail,
       format('alter table %s force row level security', c.oid::regclass) as remedy
  from pg_catalog.pg_class c
 where c.relnamespace = to_regnamespace('ringfence') and c.relkind in ('r', 'p')
   and not c.relforcerowsecurity and c.relname <> 'schema_history'
