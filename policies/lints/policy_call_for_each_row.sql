-- level: error
-- title: A policy reads the context for each row
-- why: bare, the reader runs for each row and a statement may move the tenant that is set in mid-scan; as a scalar sub-select it runs once, before the scan.
select format('%s on %s', p.polname, p.polrelid::regclass) as object, x.expression as detail,
       'write (select ringfence.f(...))' as remedy
  from pg_catalog.pg_policy p
  join pg_catalog.pg_class c on c.oid = p.polrelid
 cross join lateral (values (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid))) as x (expression)
 where c.relnamespace = to_regnamespace('ringfence')
   and replace(regexp_replace(x.expression, '\( SELECT ringfence\.[a-z_]+\([^)]*\) AS [a-z_]+\)', '', 'g'), 'ringfence.tenant_id()', '') ~ '\mringfence\.[a-z_]+\('
