-- level: error
-- title: A key does not lead with the tenant
-- why: a unique key across tenants answers 23505 for a value that only another tenant has, and ON CONFLICT DO NOTHING is silent about it.
select i.indexrelid::regclass::text as object, pg_get_indexdef(i.indexrelid) as detail, 'begin the key with tenant_id' as remedy
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indrelid
  left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
 where c.relnamespace = to_regnamespace('ringfence') and c.relname <> all (:exceptions)
   and (i.indisunique or i.indisexclusion) and a.attname is distinct from 'tenant_id'
