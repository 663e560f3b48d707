-- level: error
-- title: A door of the analysts is not of the one form
-- why: the wall is all that an analyst's login has; its door is open to whoever is not entered as a member, and nothing that looks like a second wall.
select format('%s on %s', p.polname, p.polrelid::regclass) as object,
       format('command %s, using %s, with check %s', p.polcmd, coalesce(pg_get_expr(p.polqual, p.polrelid), 'nothing'),
              coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'nothing')) as detail,
       'make it a door for select to ringfence_reporting alone, using ((select ringfence.member()) is null), on a table with the common wall' as remedy
  from pg_catalog.pg_policy p
  join pg_catalog.pg_class c on c.oid = p.polrelid
 where c.relnamespace = to_regnamespace('ringfence') and p.polpermissive
   and to_regrole('ringfence_reporting')::oid = any (p.polroles)
   and (p.polcmd <> 'r' or p.polroles <> array[to_regrole('ringfence_reporting')::oid]
        or pg_get_expr(p.polqual, p.polrelid) <> '(( SELECT ringfence.member() AS member) IS NULL)' or c.relname = any (:exceptions))
