-- level: error
-- title: A view does not run with its reader's rights
-- why: without security_invoker a view reads as its owner; without security_barrier a cheap function sees rows before the view's own filter.
select c.oid::regclass::text as object, coalesce(array_to_string(c.reloptions, ', '), 'no options') as detail,
       format('alter view %s set (security_invoker = true, security_barrier = true)', c.oid::regclass) as remedy
  from pg_catalog.pg_class c
 where c.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and c.relkind = 'v'
   and (select count(distinct o.option_name) from pg_options_to_table(c.reloptions) o
         where o.option_name in ('security_invoker', 'security_barrier') and o.option_value::boolean) < 2
