-- level: error
-- title: A function that writes may run in a parallel worker
-- why: a worker has a copy of the settings and may write nothing: enter would seal a context that ends with the worker.
select f.oid::regprocedure::text as object, format('volatile and parallel %s', f.proparallel) as detail,
       'declare it parallel unsafe' as remedy
  from pg_catalog.pg_proc f
 where f.pronamespace = to_regnamespace('ringfence') and f.provolatile = 'v' and f.proparallel <> 'u'
