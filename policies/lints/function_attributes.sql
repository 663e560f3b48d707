-- level: error
-- title: A function promises what it does not keep
-- why: STRICT answers a missing argument with silence instead of a refusal, IMMUTABLE keeps what was read in a plan, and a parallel worker has a copy of the settings and may write nothing.
select f.oid::regprocedure::text as object, format('volatility %s, parallel %s, strict %s', f.provolatile, f.proparallel, f.proisstrict) as detail,
       'not strict; immutable or parallel safe only if pure; volatile only with parallel unsafe' as remedy
  from pg_catalog.pg_proc f
 where f.pronamespace = to_regnamespace('ringfence')
   and (f.proisstrict
        or (f.provolatile = 'i' and f.proname not in ('permissions_of', 'access_of', 'for_hours', 'wider', 'narrowed', 'common_groups', 'status_may_follow'))
        or (f.provolatile = 'v' and f.proparallel <> 'u')
        or (f.proparallel = 's' and f.proname not in ('permissions_of', 'access_of', 'for_hours', 'wider', 'narrowed', 'common_groups', 'status_may_follow', 'tenant_id')))
