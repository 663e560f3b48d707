-- level: error
-- title: A rule rewrites statements
-- why: a rule's actions run with the rights of the table's owner and turn a statement into another one.
select format('%s on %s', r.rulename, r.ev_class::regclass) as object, pg_get_ruledef(r.oid) as detail, 'drop it' as remedy
  from pg_catalog.pg_rewrite r
  join pg_catalog.pg_class c on c.oid = r.ev_class
 where c.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and r.rulename <> '_RETURN'
