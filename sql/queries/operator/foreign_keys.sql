-- Not for one tenant_id: per foreign key, the statement that counts rows which reference nothing. Run as the backup role.
select c.conname::text,
       format('select count(*) from %s child where %s and not exists (select from %s parent where %s)',
              c.conrelid::regclass,
              (select string_agg(format('child.%I is not null', a.attname), ' and ')
                 from unnest(c.conkey) k join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k),
              c.confrelid::regclass,
              (select string_agg(format('parent.%I = child.%I', f.attname, a.attname), ' and ')
                 from unnest(c.conkey, c.confkey) k (child, parent)
                 join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.child
                 join pg_catalog.pg_attribute f on f.attrelid = c.confrelid and f.attnum = k.parent))
  from pg_catalog.pg_constraint c
 where c.contype = 'f' and c.connamespace = 'ringfence'::regnamespace
 order by 1
