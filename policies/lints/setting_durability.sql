-- level: warning
-- about: server
-- title: A power cut would lose acknowledged writes
-- why: an answer is given once its audit row is durable; these settings make that untrue.
select s.name as object, format('is %s', s.setting) as detail, format('set %s = on', s.name) as remedy
  from pg_catalog.pg_settings s
 where s.name in ('fsync', 'full_page_writes', 'synchronous_commit') and s.setting in ('off', 'local')
