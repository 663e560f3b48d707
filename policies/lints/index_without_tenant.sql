-- level: error
-- title: An index does not lead with the tenant
-- why: "Rows Removed by Filter" in a plan over such an index is a range search through the values of other tenants.
select i.indexrelid::regclass::text as object, pg_get_indexdef(i.indexrelid) as detail, 'begin the index with tenant_id' as remedy
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indrelid
  left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
 where c.relnamespace = to_regnamespace('ringfence') and c.relname <> all (:exceptions)
   and not i.indisunique and not i.indisexclusion and a.attname is distinct from 'tenant_id'
