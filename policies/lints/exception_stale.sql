-- level: error
-- title: An exception is not needed any more
-- why: the list of tables without the common wall may only shrink; a stale name would excuse a later table of that name.
select 'policies/exceptions.tsv: ' || e.name as object,
       case when c.oid is null then 'there is no such table' else 'the table has the common wall' end as detail,
       'remove the line' as remedy
  from unnest(:exceptions) as e (name)
  left join pg_catalog.pg_class c on c.relname = e.name and c.relnamespace = to_regnamespace('ringfence') and c.relkind in ('r', 'p')
 where c.oid is null
    or exists (select from pg_catalog.pg_policy p where p.polrelid = c.oid and not p.polpermissive and p.polcmd = '*' and p.polroles = '{0}')
