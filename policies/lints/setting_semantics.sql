-- level: error
-- about: server
-- title: A setting changes what statements mean
-- why: these switch off row security errors, foreign keys, quoting, null rules or writing.
select s.name as object, format('is %s', case when s.setting <> w.wanted then s.setting else s.reset_val end) as detail, case s.name when 'in_hot_standby' then 'connect to the primary' else format('set %s = %s', w.name, w.wanted) end as remedy
  from pg_catalog.pg_settings s
  join (values ('row_security', 'on'), ('session_replication_role', 'origin'), ('allow_system_table_mods', 'off'), ('ignore_system_indexes', 'off'),
               ('standard_conforming_strings', 'on'), ('transform_null_equals', 'off'), ('array_nulls', 'on'), ('zero_damaged_pages', 'off'),
               ('lo_compat_privileges', 'off'), ('in_hot_standby', 'off')) as w (name, wanted) on w.name = s.name
 -- verify has standard_conforming_strings on while it looks.
 where s.setting <> w.wanted or s.reset_val <> w.wanted
