-- level: warning
-- title: An analyst changed their own login
-- why: a login may change its own defaults; that reaches no row, but limits are gone that were meant.
select r.rolname::text as object, c.detail, 'find out why; alter role .. reset all and set again, revoke, or make another login' as remedy
  from pg_catalog.pg_auth_members m
  join pg_catalog.pg_roles r on r.oid = m.member
 cross join lateral (
       select format('is not set as it was made: %s', setting)
         from unnest(array['default_transaction_read_only=on', 'statement_timeout=60s', 'idle_in_transaction_session_timeout=60s', 'search_path=reporting']) setting
        where setting <> all (coalesce(r.rolconfig, '{}'))
       union all
       select format('has the setting %s', setting)
         from pg_catalog.pg_db_role_setting s
        cross join lateral unnest(s.setconfig) setting
        where s.setrole = r.oid and (s.setdatabase <> 0 or split_part(setting, '=', 1) not in
              ('default_transaction_read_only', 'statement_timeout', 'idle_in_transaction_session_timeout', 'search_path'))
       union all
       select format('is granted to %s', g.member::regrole)
         from pg_catalog.pg_auth_members g
        where g.roleid = r.oid and g.member <> to_regrole('ringfence_provisioner')::oid) as c (detail)
 where m.roleid = to_regrole('ringfence_reporting') and r.rolname ~ '^r_[0-9a-f]{20}$'
