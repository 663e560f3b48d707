-- level: error
-- title: A policy asks another table
-- why: a sub-query in a policy sees with other rights, costs a scan, and cannot be carried to a sharded engine; what a door needs stands on the row.
select format('%s on %s', p.polname, p.polrelid::regclass) as object, x.expression as detail,
       'allowed is ( select ringfence.f(...) ) alone; put what is needed on the row and hold it by a composite foreign key' as remedy
  from pg_catalog.pg_policy p
  join pg_catalog.pg_class c on c.oid = p.polrelid
 cross join lateral (values (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid))) as x (expression)
 where c.relnamespace = to_regnamespace('ringfence')
   and regexp_replace(x.expression, '\( SELECT ringfence\.[a-z_]+\(("?''[^'']*''::text)?\) AS [a-z_]+\)', '', 'g') ~ '\mSELECT\M'
