-- level: error
-- title: A default of the database or of a role weakens every session
-- why: a context, a role, a path or a replication mode set beforehand is believed by whoever connects; where nothing may be written, half of the service stands still.
select case s.setdatabase when 0 then '' else 'database ' end || case s.setrole when 0 then '' else s.setrole::regrole::text end as object,
       c.setting as detail, 'reset it' as remedy
  from pg_catalog.pg_db_role_setting s
 cross join lateral unnest(s.setconfig) as c (setting)
 where (s.setdatabase = 0 or s.setdatabase = (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
   and (c.setting ~ '^(app\.|role=|session_authorization=|row_security=|session_replication_role=|session_preload_libraries=|local_preload_libraries=|standard_conforming_strings=|transform_null_equals=|synchronous_commit=|log_)'
        or (s.setrole = 0 and c.setting ~ '^(search_path|default_transaction_read_only)='))
   -- What an analyst sets for themselves no policy believes, and it must keep nobody else from starting.
   and not exists (select from pg_catalog.pg_auth_members m
                    where m.member = s.setrole and m.roleid = to_regrole('ringfence_reporting') and s.setrole::regrole::text ~ '^r_[0-9a-f]{20}$')
