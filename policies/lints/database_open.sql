-- level: error
-- title: PUBLIC may connect to the database or make temporary tables in it
-- why: temporary tables shadow names and outlive a request; a database cloned from a template starts with these privileges again.
select 'database' as object, format('PUBLIC holds %s', a.privilege_type) as detail,
       format('revoke all on database %I from public', d.datname) as remedy
  from pg_catalog.pg_database d
 cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
 where d.datname = current_database() and a.grantee = 0
