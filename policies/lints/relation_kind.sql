-- level: error
-- title: A relation of a kind that escapes policies
-- why: materialized views, foreign tables, partitions and inheritance children have no policies of their own; a view in ringfence or a table in reporting is in nobody's sight.
select c.oid::regclass::text as object,
       case when i.inhrelid is not null then format('inherits from %s', i.inhparent::regclass) else format('relation kind %s', c.relkind) end as detail,
       'plain tables in ringfence, views in reporting, nothing else' as remedy
  from pg_catalog.pg_class c
  left join pg_catalog.pg_inherits i on i.inhrelid = c.oid or i.inhparent = c.oid
 where c.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and c.relkind not in ('i', 'c', 't', 'S')
   and (i.inhrelid is not null
        or c.relkind <> case when c.relnamespace = to_regnamespace('ringfence') then 'r' else 'v' end)
