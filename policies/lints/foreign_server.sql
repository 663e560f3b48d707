-- level: error
-- title: A foreign server stands in this database
-- why: a foreign table is read as somebody else, elsewhere, past every policy; a statement may carry rows out by one.
select 'foreign server ' || quote_ident(s.srvname) as object, format('by %s', quote_ident(w.fdwname)) as detail,
       format('drop server %I cascade', s.srvname) as remedy
  from pg_catalog.pg_foreign_server s
  join pg_catalog.pg_foreign_data_wrapper w on w.oid = s.srvfdw
