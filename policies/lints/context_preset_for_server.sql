-- level: error
-- title: A context stands before anybody has entered, for the whole server
-- why: what postgresql.conf, ALTER SYSTEM, the command line or a connection's options put into backtrace_functions is believed as if the gate had written it.
-- fault: replace "s.reset_val <> ''" with "s.reset_val = ''"
select s.name as object, format('%s: ''%s''', s.source, s.reset_val) as detail,
       'take it out of postgresql.conf, or `alter system reset backtrace_functions`; then reload' as remedy
  from pg_catalog.pg_settings s
 where s.name = 'backtrace_functions' and s.reset_val <> ''
