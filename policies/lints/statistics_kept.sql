-- level: error
-- title: Old statistics of a silenced column are still there
-- why: SET STATISTICS 0 keeps the next ANALYZE from looking; what the last one saw stays until it is deleted.
select format('%I.%I.%I', s.schemaname, s.tablename, s.attname) as object, 'pg_statistic has a row' as detail,
       'as a superuser, delete the row from pg_statistic' as remedy
  from pg_catalog.pg_stats s
  join pg_catalog.pg_attribute a on a.attrelid = to_regclass(format('%I.%I', s.schemaname, s.tablename)) and a.attname = s.attname
 where s.schemaname = 'ringfence' and coalesce(a.attstattarget::int, -1) = 0
