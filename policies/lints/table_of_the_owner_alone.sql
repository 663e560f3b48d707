-- level: error
-- title: A role has a privilege on a table that is the owner's alone
-- why: keys forge tokens and letters; identities, login maps, counters and heads belong to no tenant or to a function.
select c.oid::regclass::text as object,
       format('%s holds %s', case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end, a.privilege_type) as detail,
       'revoke it' as remedy
  from pg_catalog.pg_class c
 cross join lateral (
       select x.grantee, x.privilege_type from aclexplode(c.relacl) x
       union all
       select x.grantee, x.privilege_type from pg_catalog.pg_attribute t cross join lateral aclexplode(t.attacl) x where t.attrelid = c.oid) as a
 where c.relnamespace = to_regnamespace('ringfence')
   and c.relname in ('keys', 'identities', 'reporting_logins', 'ticket_counters', 'audit_heads', 'crossing_queue', 'schema_history',
       'sessions', 'sign_in_attempts', 'logout_tokens')
   and a.grantee <> c.relowner
   -- The gate reads what a caller is known by; what else it may is another lint's to say.
   and not (a.grantee is not distinct from to_regrole('ringfence_gate')::oid and a.privilege_type = 'SELECT' and c.relname in ('keys', 'identities', 'sessions'))
