-- level: warning
-- about: server
-- title: A login is let in without a password
-- why: whoever reaches the server by that line is any login that they say they are, or that a map makes of them.
-- reads: pg_catalog.pg_hba_file_rules
-- fault: replace "'trust'" with "'scram-sha-256'"
select format('pg_hba.conf, line %s', h.line_number) as object,
       concat_ws(' ', h.type, array_to_string(h.database, ','), array_to_string(h.user_name, ','), h.address, h.netmask, h.auth_method,
                 array_to_string(h.options, ' ')) as detail,
       'name scram-sha-256 there, and reload' as remedy
  from pg_catalog.pg_hba_file_rules h
 where h.auth_method in ('trust', 'ident')
    or exists (select from unnest(h.options) o where o ~ '^map=')
