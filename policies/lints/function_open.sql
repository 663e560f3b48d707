-- level: error
-- title: PUBLIC may execute a function
-- why: a definer's function acts as the owner for whoever calls it.
select f.oid::regprocedure::text as object, 'PUBLIC may execute it' as detail,
       format('revoke execute on function %s from public', f.oid::regprocedure) as remedy
  from pg_catalog.pg_proc f
 cross join lateral aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
 where f.pronamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and a.grantee = 0
