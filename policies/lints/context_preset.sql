-- level: error
-- title: A context stands before anybody has entered
-- why: what stands in backtrace_functions is believed by every wall and door: preset with a tenant's id, every login that it is set for reads that tenant.
select concat_ws(', ', case s.setdatabase when 0 then 'every database' else 'database ' || coalesce(quote_ident(d.datname), s.setdatabase::text) end,
                 case s.setrole when 0 then 'every role' else 'role ' || s.setrole::regrole end) as object,
       c.setting as detail, 'reset it where it is set: alter database ..., or alter role ..., reset backtrace_functions' as remedy
  from pg_catalog.pg_db_role_setting s
  left join pg_catalog.pg_database d on d.oid = s.setdatabase
 cross join lateral unnest(s.setconfig) as c (setting)
 where c.setting ~* '^backtrace_functions='
