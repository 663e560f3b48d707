-- level: error
-- title: A door is for PUBLIC or for a role without doors
-- why: a door to PUBLIC opens for every login of the server; the operator and the others act through functions alone.
select format('%s on %s', p.polname, p.polrelid::regclass) as object,
       format('for %s', case r.oid when 0 then 'PUBLIC' else r.oid::regrole::text end) as detail,
       'name ringfence_app, ringfence_auditor, ringfence_reporting, ringfence_owner or ringfence_gate' as remedy
  from pg_catalog.pg_policy p
  join pg_catalog.pg_class c on c.oid = p.polrelid
 cross join lateral unnest(p.polroles) as r (oid)
 where c.relnamespace = to_regnamespace('ringfence') and p.polpermissive
   and not exists (select from pg_catalog.pg_roles k
                    where k.oid = r.oid and k.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_reporting', 'ringfence_owner', 'ringfence_gate'))
