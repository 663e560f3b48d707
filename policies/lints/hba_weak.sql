-- level: warning
-- about: server
-- title: A line lets logins in by less than a password kept secret
-- why: a password in clear or by MD5 is read on the wire or replayed, an account of the machine is a login of its name, and replication reads every row.
-- reads: pg_catalog.pg_hba_file_rules
-- fault: replace "('password', 'md5', 'ldap', 'pam', 'bsd', 'radius')" with "('scram-sha-256')"
select format('pg_hba.conf, line %s', h.line_number) as object,
       coalesce('cannot be read: ' || h.error,
                concat_ws(' ', h.type, array_to_string(h.database, ','), array_to_string(h.user_name, ','), h.address, h.netmask, h.auth_method)) as detail,
       case when h.error is not null then 'mend it: until then the server keeps the lines that it read before'
            when h.auth_method in ('password', 'md5', 'peer', 'ldap', 'pam', 'bsd', 'radius') then 'name scram-sha-256 there, or the one user who is to come in so, and reload'
            else 'let replication in from this machine alone, or name the one user who replicates, and reload' end as remedy
  from pg_catalog.pg_hba_file_rules h
 where h.error is not null
    or h.auth_method in ('password', 'md5', 'ldap', 'pam', 'bsd', 'radius')
    -- An account of the machine for each login: an administrator's own is named. A map is the other lint's (hba_trust).
    or h.auth_method = 'peer' and h.options is null and h.user_name && array['all'] and not h.database <@ array['replication']
    or h.auth_method <> 'reject' and h.type <> 'local' and h.database && array['replication'] and h.user_name && array['all']
       and h.address not in ('127.0.0.1', '::1', 'localhost', 'samehost')
