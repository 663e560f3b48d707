-- level: error
-- title: A foreign key deletes or blanks rows on its own
-- why: referential actions run past row security and past the audit; SET NULL without a column list would blank tenant_id.
select format('%s on %s', k.conname, k.conrelid::regclass) as object, pg_get_constraintdef(k.oid) as detail,
       'use no action and let the statement do the work; ON UPDATE CASCADE only to the key of a door' as remedy
  from pg_catalog.pg_constraint k
  join pg_catalog.pg_class child on child.oid = k.conrelid
  left join pg_catalog.pg_index i on i.indexrelid = k.conindid
 where k.contype = 'f' and child.relnamespace = to_regnamespace('ringfence')
   and (k.confdeltype = 'c'
        or (k.confdeltype in ('n', 'd') and (k.confdelsetcols is null or exists (
            select from pg_catalog.pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.confdelsetcols) and a.attname = 'tenant_id')))
        or k.confupdtype in ('n', 'd')
        or (k.confupdtype = 'c' and i.indisprimary))
