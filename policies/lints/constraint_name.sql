-- level: warning
-- title: A constraint or index is not named by hand
-- why: a constraint's name is the rule's name and the contract with the service; a generated name changes behind its back.
select format('%s on %s', n.name, n.relation) as object, 'the name does not begin with the table, or the server chose it' as detail,
       'name it <table>_<columns>_key, _fkey, _pkey, _idx, or a check as a sentence' as remedy
  from (select k.conname, k.conrelid::regclass, c.relname from pg_catalog.pg_constraint k
          join pg_catalog.pg_class c on c.oid = k.conrelid
         where c.relnamespace = to_regnamespace('ringfence') and k.contype <> 'n'
        union all
        select x.relname, i.indrelid::regclass, c.relname from pg_catalog.pg_index i
          join pg_catalog.pg_class x on x.oid = i.indexrelid
          join pg_catalog.pg_class c on c.oid = i.indrelid
         where c.relnamespace = to_regnamespace('ringfence')) as n (name, relation, table_name)
 where left(n.name, length(n.table_name) + 1) <> n.table_name || '_' or n.name ~ '_(check|idx|key|excl|fkey)[0-9]+$|_check$'
