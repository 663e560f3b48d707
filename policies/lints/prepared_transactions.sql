-- level: warning
-- title: A prepared transaction waits
-- why: it holds its locks and its snapshot without a session, and the audit's mover cannot pass it.
-- fault: replace "pg_catalog.pg_prepared_xacts p" with "(values ('stray', current_database(), now())) as p (gid, database, prepared)"
select 'prepared transaction ' || quote_literal(p.gid) as object, format('since %s', p.prepared) as detail,
       format('rollback prepared %L', p.gid) as remedy
  from pg_catalog.pg_prepared_xacts p
 where p.database = current_database()
