-- level: error
-- title: A door is open to everything
-- why: `using (true)` is right for the owner's functions and the gate on excepted tables and for nobody else.
select format('%s on %s', p.polname, p.polrelid::regclass) as object,
       format('true for %s', (select string_agg(case r when 0 then 'PUBLIC' else r::regrole::text end, ', ') from unnest(p.polroles) r)) as detail,
       'say who may what, or drop the door' as remedy
  from pg_catalog.pg_policy p
  join pg_catalog.pg_class c on c.oid = p.polrelid
 where c.relnamespace = to_regnamespace('ringfence') and p.polpermissive
   and 'true' in (pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
   and not (c.relname = any (:exceptions) and p.polroles <@ array[to_regrole('ringfence_owner')::oid, to_regrole('ringfence_gate')::oid, to_regrole('ringfence_auditor')::oid])
