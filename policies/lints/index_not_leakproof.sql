-- level: error
-- title: An index can never be used under row security
-- why: operators that are not leakproof (enum, numeric, jsonb, arrays, expressions) never become index conditions behind a policy; the index only costs.
select i.indexrelid::regclass::text as object, pg_get_indexdef(i.indexrelid) as detail,
       'index a text, integer, uuid or timestamptz column; normalise in a generated column' as remedy
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indrelid
 where c.relnamespace = to_regnamespace('ringfence') and c.relname <> all (:exceptions)
   and (i.indexprs is not null
        or exists (
            select from unnest(i.indclass) as k (opclass)
              join pg_catalog.pg_opclass o on o.oid = k.opclass
              join pg_catalog.pg_amop m on m.amopfamily = o.opcfamily and m.amoplefttype = o.opcintype and m.amoprighttype = o.opcintype
              join pg_catalog.pg_operator p on p.oid = m.amopopr
              join pg_catalog.pg_proc f on f.oid = p.oprcode
             where not f.proleakproof))
