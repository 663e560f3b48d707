-- level: error
-- title: A restrictive policy is not the common wall
-- why: a wall of its own form on one table is read by nobody; what restricts further belongs into the doors.
select format('%s on %s', p.polname, p.polrelid::regclass) as object,
       format('restrictive, but for command %s to %s using %s with check %s', p.polcmd,
              (select string_agg(case r when 0 then 'PUBLIC' else r::regrole::text end, ', ') from unnest(p.polroles) r),
              coalesce(pg_get_expr(p.polqual, p.polrelid), 'nothing'), coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'nothing')) as detail,
       'give it the form of the other walls, or make it a door' as remedy
  from pg_catalog.pg_policy p
  join pg_catalog.pg_class c on c.oid = p.polrelid
 cross join lateral (select coalesce(pg_get_expr(p.polqual, p.polrelid) = '(tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)]))', false)) is_row (wall)
 where c.relnamespace = to_regnamespace('ringfence') and not p.polpermissive
   and (p.polcmd <> '*'
        or (c.relname <> all (:exceptions) and p.polroles <> '{0}' and not is_row.wall)
        or (not is_row.wall and pg_get_expr(p.polqual, p.polrelid) is distinct from '(tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))')
        or pg_get_expr(p.polwithcheck, p.polrelid) is distinct from case when is_row.wall then 'true' else '(tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))' end)
