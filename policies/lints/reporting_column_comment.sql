-- level: warning
-- title: A reported column does not say what it holds
-- why: an analyst reads the views by SQL, and what a column means stands nowhere else that they may look.
select format('%s.%s', c.oid::regclass, a.attname) as object, 'has no comment' as detail,
       format('comment on column %s.%I is ''...''; in policies/reporting.sql', c.oid::regclass, a.attname) as remedy
  from pg_catalog.pg_class c
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relnamespace = to_regnamespace('reporting') and c.relkind in ('r', 'p', 'v', 'm', 'f')
   and coalesce(btrim(col_description(c.oid, a.attnum)), '') = ''
