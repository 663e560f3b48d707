-- level: error
-- title: A foreign key does not carry the tenant
-- why: referential checks bypass row security: without the tenant on both sides they tell what exists elsewhere and link across tenants.
select format('%s on %s', k.conname, k.conrelid::regclass) as object, pg_get_constraintdef(k.oid) as detail,
       'begin both sides with tenant_id' as remedy
  from pg_catalog.pg_constraint k
  join pg_catalog.pg_class child on child.oid = k.conrelid
  join pg_catalog.pg_class parent on parent.oid = k.confrelid
  left join pg_catalog.pg_attribute c on c.attrelid = k.conrelid and c.attnum = k.conkey[1]
  left join pg_catalog.pg_attribute p on p.attrelid = k.confrelid and p.attnum = k.confkey[1]
 where k.contype = 'f' and child.relnamespace = to_regnamespace('ringfence')
   and (parent.relnamespace <> child.relnamespace
        or ((child.relname <> all (:exceptions) or parent.relname <> all (:exceptions))
            and (c.attname, p.attname) is distinct from ('tenant_id', 'tenant_id')))
