-- level: warning
-- about: server
-- title: Passwords or rows could be read on the wire
-- why: MD5 verifiers are replayable, and a listener beyond loopback without TLS shows every row.
select s.name as object, format('is %s', s.setting) as detail, w.remedy
  from pg_catalog.pg_settings s
  join (values ('password_encryption', 'set password_encryption = ''scram-sha-256'''),
               ('ssl', 'set ssl = on, or listen on loopback alone')) as w (name, remedy) on w.name = s.name
 where case s.name
       when 'password_encryption' then s.setting <> 'scram-sha-256'
       else s.setting = 'off' and exists (
            select from pg_catalog.pg_settings l cross join lateral regexp_split_to_table(l.setting, '\s*,\s*') as a (address)
             where l.name = 'listen_addresses' and a.address not in ('', 'localhost', '127.0.0.1', '::1')) end
