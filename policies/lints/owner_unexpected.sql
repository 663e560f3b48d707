-- level: error
-- title: An object is not owned by ringfence_owner
-- why: an owner drops policies and reads as itself; FORCE and the tests hold for the owner that nobody can log in as.
select o.object, format('owned by %s', o.owner::regrole) as detail, 'alter ... owner to ringfence_owner' as remedy
  from (select 'schema ' || n.oid::regnamespace, n.nspowner from pg_catalog.pg_namespace n where n.nspname in ('ringfence', 'reporting')
        union all
        select c.oid::regclass::text, c.relowner from pg_catalog.pg_class c
         where c.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and c.relkind not in ('i', 'I', 't')
        union all
        select 'type ' || t.oid::regtype, t.typowner from pg_catalog.pg_type t
         where t.typnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and t.typtype in ('e', 'd', 'r')
        union all
        select 'operator ' || p.oid::regoperator, p.oprowner from pg_catalog.pg_operator p
         where p.oprnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting'))) as o (object, owner)
 where o.owner is distinct from to_regrole('ringfence_owner')::oid
