-- level: warning
-- about: server
-- title: A library is loaded into the server
-- why: a preloaded library sees every statement, and auto_explain and pg_stat_statements keep their texts; one for the archive sees every row written.
select s.name as object, format('loads %s', l.library) as detail, format('remove it from %s', s.name) as remedy
  from pg_catalog.pg_settings s
 cross join lateral regexp_split_to_table(s.setting, '\s*,\s*') as l (library)
 where s.name in ('shared_preload_libraries', 'session_preload_libraries', 'local_preload_libraries', 'archive_library', 'oauth_validator_libraries', 'jit_provider')
   and l.library not in ('', 'pgaudit', 'citus') and (s.name, l.library) <> ('jit_provider', 'llvmjit')
