-- level: error
-- title: A constraint holds nothing, or not yet
-- why: NOT VALID, NOT ENFORCED and deferred constraints let a statement see, or keep, rows that the keys would refuse.
select format('%s on %s', k.conname, k.conrelid::regclass) as object, pg_get_constraintdef(k.oid) as detail,
       'validate it with FORCE lifted on both sides inside one transaction, and never make it deferrable' as remedy
  from pg_catalog.pg_constraint k
  join pg_catalog.pg_class c on c.oid = k.conrelid
 where c.relnamespace = to_regnamespace('ringfence')
   and (not k.convalidated or k.condeferrable or to_jsonb(k) ->> 'conenforced' = 'false')
