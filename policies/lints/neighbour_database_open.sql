-- level: warning
-- about: server
-- title: PUBLIC may connect to another database of the server
-- why: every login may leave objects there, and talk to other logins through them.
select 'database ' || quote_ident(d.datname) as object, string_agg('PUBLIC holds ' || a.privilege_type, ', ') as detail,
       format('revoke connect, temporary on database %I from public', d.datname) as remedy
  from pg_catalog.pg_database d
 cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
 where d.datname <> current_database() and d.datallowconn and a.grantee = 0
 group by d.datname
