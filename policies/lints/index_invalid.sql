-- level: error
-- title: An index is not valid
-- why: a unique index that a failed build left invalid holds nothing.
select i.indexrelid::regclass::text as object, format('valid %s, ready %s, live %s', i.indisvalid, i.indisready, i.indislive) as detail,
       'drop and create it again' as remedy
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indrelid
 where c.relnamespace = to_regnamespace('ringfence') and not (i.indisvalid and i.indisready and i.indislive)
