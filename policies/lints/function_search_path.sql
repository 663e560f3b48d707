-- level: error
-- title: A function's search_path is not pinned
-- why: `search_path = ''` and paths of our own are hijacked through pg_temp, operators included; safe is pg_catalog, pg_temp, or a BEGIN ATOMIC body.
select f.oid::regprocedure::text as object,
       coalesce((select c from unnest(f.proconfig) c where c like 'search\_path=%'), 'no search_path is set') as detail,
       format('alter function %s set search_path = pg_catalog, pg_temp', f.oid::regprocedure) as remedy
  from pg_catalog.pg_proc f
 where f.pronamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and f.prosqlbody is null
   and not coalesce('search_path=pg_catalog, pg_temp' = any (f.proconfig), false)
