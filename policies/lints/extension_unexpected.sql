-- level: warning
-- title: An unexpected extension is installed
-- why: extensions bring functions for PUBLIC: links to other servers, files, and statement texts of other tenants.
select 'extension ' || e.extname as object, format('version %s in schema %s', e.extversion, e.extnamespace::regnamespace) as detail,
       format('drop extension %I, or add it to this lint with its reason', e.extname) as remedy
  from pg_catalog.pg_extension e
 where e.extname not in ('plpgsql', 'pgaudit', 'btree_gin')
