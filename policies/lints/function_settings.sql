-- level: error
-- title: A function sets something other than its search_path
-- why: a function that turns row_security off, or changes the context by its own settings, hides that from its body.
select f.oid::regprocedure::text as object, c.setting as detail, 'remove the setting' as remedy
  from pg_catalog.pg_proc f
 cross join lateral unnest(f.proconfig) as c (setting)
 where f.pronamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and c.setting not like 'search\_path=%'
