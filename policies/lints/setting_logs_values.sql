-- level: warning
-- about: server
-- title: The server's log would keep what people wrote
-- why: statements, bind values and the details of errors quote tickets, addresses and tokens; a log has no tenant and no policy.
select s.name as object, format('is %s', s.setting) as detail, format('set %s = %s', w.name, w.wanted) as remedy
  from pg_catalog.pg_settings s
  join (values ('log_statement', 'none'), ('log_duration', 'off'), ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'),
               ('log_transaction_sample_rate', '0'), ('log_min_error_statement', 'panic'), ('log_parameter_max_length', '0'),
               ('log_parameter_max_length_on_error', '0'), ('log_error_verbosity', 'terse'), ('log_min_messages', 'log'),
               ('debug_print_parse', 'off'), ('debug_print_rewritten', 'off'), ('debug_print_plan', 'off')) as w (name, wanted) on w.name = s.name
 where s.setting <> w.wanted
   and not (s.name = 'log_min_messages' and s.setting in ('fatal', 'panic'))
