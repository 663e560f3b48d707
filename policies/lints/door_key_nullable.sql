-- level: error
-- title: A door's key has a nullable column
-- why: a foreign key over a null holds nothing (MATCH SIMPLE): the child could name any group or requester.
select format('%s on %s', k.conname, k.conrelid::regclass) as object, format('%s may be null', a.attname) as detail,
       'make the column not null, with a stand-in for "none"' as remedy
  from pg_catalog.pg_constraint k
  join pg_catalog.pg_class child on child.oid = k.conrelid
  join pg_catalog.pg_index i on i.indexrelid = k.conindid
  join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
 where k.contype = 'f' and child.relnamespace = to_regnamespace('ringfence')
   and not i.indisprimary and not a.attnotnull
