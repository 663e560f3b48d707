-- level: error
-- title: A function has an unexpected owner
-- why: SECURITY DEFINER acts as the owner: a superuser's body bypasses every policy, the provisioner's CREATEROLE reaches as far as what it owns, and what runs as the gate writes the context.
with special (function, owner) as (values ('create_reporting_login(uuid,text,uuid)', 'ringfence_provisioner'), ('end_overdue_reports(interval)', 'ringfence_provisioner'), ('enter(text)', 'ringfence_gate'), ('seal(uuid)', 'ringfence_gate'), ('unseal()', 'ringfence_gate'))
select f.oid::regprocedure::text as object, format('owned by %s', f.proowner::regrole) as detail,
       format('owner: %s', coalesce(s.owner, 'ringfence_owner')) as remedy
  from pg_catalog.pg_proc f
  left join special s on f.oid = to_regprocedure('ringfence.' || s.function)
 where f.pronamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting'))
   and f.proowner is distinct from to_regrole(coalesce(s.owner, 'ringfence_owner'))::oid
union all
select f.oid::regprocedure::text, format('owned by %s', s.owner), format('%s owns %s alone', s.owner, s.function)
  from special s
  join pg_catalog.pg_proc f on f.proowner = to_regrole(s.owner) and f.pronamespace is distinct from to_regnamespace('ringfence')
