-- level: error
-- title: A role may update a table as a whole, or a column of a key
-- why: a blind UPDATE of tenant_id moves rows between tenants; grants list the columns that may change.
select c.oid::regclass::text as object,
       format('%s may update %s', case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end, a.attname) as detail,
       'grant update on a list of columns, without tenant_id and the primary key' as remedy
  from pg_catalog.pg_class c
 cross join lateral (
       select 'every column', x.grantee, x.privilege_type from aclexplode(c.relacl) x
       union all
       select t.attname, x.grantee, x.privilege_type from pg_catalog.pg_attribute t cross join lateral aclexplode(t.attacl) x
        where t.attrelid = c.oid
          and (t.attname = 'tenant_id' or t.attnum in (select unnest(k.conkey) from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype = 'p'))) as a (attname, grantee, privilege_type)
 where c.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and a.grantee <> c.relowner and a.privilege_type = 'UPDATE'
