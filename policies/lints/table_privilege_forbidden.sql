-- level: error
-- title: A role may truncate, trigger, reference or maintain a table
-- why: TRUNCATE ignores row security, TRIGGER runs code in others' sessions, REFERENCES is an existence oracle.
select c.oid::regclass::text as object,
       format('%s holds %s', case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end, a.privilege_type) as detail,
       format('revoke %s on %s from ...', a.privilege_type, c.oid::regclass) as remedy
  from pg_catalog.pg_class c
 cross join lateral (
       select x.grantee, x.privilege_type from aclexplode(c.relacl) x
       union all
       select x.grantee, x.privilege_type from pg_catalog.pg_attribute t cross join lateral aclexplode(t.attacl) x where t.attrelid = c.oid) as a
 where c.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and c.relkind in ('r', 'p', 'v', 'm', 'f')
   and a.grantee <> c.relowner and a.privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
