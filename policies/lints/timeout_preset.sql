-- level: warning
-- title: A default ends what takes longer
-- why: the service gives its connections their times itself; such a default ends what an administrator runs (migrate, verify, a backup) and connections that wait in the pool.
select case s.setdatabase when 0 then 'every database' else 'database' end as object, c.setting as detail,
       format('reset it where it is set: alter database ..., or alter role all, reset %s', split_part(c.setting, '=', 1)) as remedy
  from pg_catalog.pg_db_role_setting s
 cross join lateral unnest(s.setconfig) as c (setting)
 where s.setrole = 0 and (s.setdatabase = 0 or s.setdatabase = (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
   and c.setting ~ '^(statement|lock|idle_in_transaction_session|idle_session|transaction)_timeout=(?!0[a-z]*$)'
