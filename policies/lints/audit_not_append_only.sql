-- level: error
-- title: The audit can be changed
-- why: a trail that somebody may update or delete proves nothing; only the mover's function takes rows from the inbox.
select c.oid::regclass::text as object,
       format('%s holds %s', case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end, a.privilege_type) as detail,
       'revoke it' as remedy
  from pg_catalog.pg_class c
 cross join lateral (
       select x.grantee, x.privilege_type from aclexplode(c.relacl) x
       union all
       select x.grantee, x.privilege_type from pg_catalog.pg_attribute t cross join lateral aclexplode(t.attacl) x where t.attrelid = c.oid) as a
 where c.relnamespace = to_regnamespace('ringfence') and c.relname in ('audit_events', 'audit_inbox', 'installation_events')
   and a.grantee <> c.relowner and a.privilege_type in ('UPDATE', 'DELETE')
union all
select format('%s on %s', p.polname, p.polrelid::regclass), format('a door for command %s', p.polcmd), 'drop it'
  from pg_catalog.pg_policy p
 where p.polpermissive and p.polcmd not in ('r', 'a')
   and (p.polrelid in (to_regclass('ringfence.audit_events'), to_regclass('ringfence.installation_events'))
        or (p.polrelid = to_regclass('ringfence.audit_inbox') and p.polroles <> array[to_regrole('ringfence_owner')::oid]))
