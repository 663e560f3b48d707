-- level: error
-- title: A function is written in an unexpected language
-- why: an untrusted language reads files and opens connections as the server; here everything is SQL or PL/pgSQL.
select f.oid::regprocedure::text as object, format('language %s', l.lanname) as detail, 'write it in sql or plpgsql' as remedy
  from pg_catalog.pg_proc f
  join pg_catalog.pg_language l on l.oid = f.prolang
 where f.pronamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and l.lanname not in ('sql', 'plpgsql')
union all
select 'language ' || l.lanname, case when l.lanpltrusted then 'not needed' else 'untrusted' end, format('drop language %I', l.lanname)
  from pg_catalog.pg_language l
 where l.lanname not in ('sql', 'plpgsql', 'internal', 'c')
