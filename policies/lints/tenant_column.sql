-- level: error
-- title: A tenant table has no proper tenant_id
-- why: a null tenant belongs to nobody's wall and slips past foreign and unique keys.
select c.oid::regclass::text as object,
       case when a.attname is null then 'has no column tenant_id' else format('tenant_id is %s%s', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then '' else ', nullable' end) end as detail,
       'tenant_id uuid not null' as remedy
  from pg_catalog.pg_class c
  left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
 where c.relnamespace = to_regnamespace('ringfence') and c.relkind in ('r', 'p') and c.relname <> all (:exceptions)
   and (a.attname is null or not a.attnotnull or a.atttypid <> 'uuid'::regtype or a.attgenerated <> '' or a.atthasdef)
