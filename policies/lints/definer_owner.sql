-- level: error
-- title: A function has an unexpected owner
-- why: SECURITY DEFINER acts as the owner: a superuser's body bypasses every policy, and the provisioner's CREATEROLE reaches as far as what it owns.
select f.oid::regprocedure::text as object, format('owned by %s', f.proowner::regrole) as detail,
       'owner: ringfence_owner; ringfence_provisioner for create_reporting_login() alone' as remedy
  from pg_catalog.pg_proc f
 where f.pronamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting'))
   and f.proowner is distinct from to_regrole(case f.proname when 'create_reporting_login' then 'ringfence_provisioner' else 'ringfence_owner' end)::oid
union all
select f.oid::regprocedure::text, 'owned by ringfence_provisioner', 'the provisioner owns one function'
  from pg_catalog.pg_proc f
 where f.proowner = to_regrole('ringfence_provisioner')
   and (f.pronamespace is distinct from to_regnamespace('ringfence') or f.proname <> 'create_reporting_login'
        or f.oid <> (select min(g.oid) from pg_catalog.pg_proc g where g.pronamespace = f.pronamespace and g.proname = f.proname))
