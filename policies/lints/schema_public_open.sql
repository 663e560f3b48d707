-- level: error
-- title: PUBLIC has a privilege on a schema
-- why: whoever may create in a schema on the path puts names before ours; whoever has USAGE reaches what is granted by oversight.
select 'schema ' || n.oid::regnamespace as object, format('PUBLIC holds %s', a.privilege_type) as detail,
       format('revoke all on schema %s from public', n.oid::regnamespace) as remedy
  from pg_catalog.pg_namespace n
 cross join lateral aclexplode(n.nspacl) a
 where n.nspname in ('public', 'ringfence', 'reporting') and a.grantee = 0
