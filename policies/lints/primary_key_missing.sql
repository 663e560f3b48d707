-- level: error
-- title: A tenant table has no primary key
-- why: without a key that leads with the tenant, rows cannot be told apart by the constraints that hold tenants apart.
select c.oid::regclass::text as object, 'no primary key' as detail, 'add primary key (tenant_id, ...)' as remedy
  from pg_catalog.pg_class c
 where c.relnamespace = to_regnamespace('ringfence') and c.relkind in ('r', 'p')
   and not exists (select from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype = 'p')
