-- level: error
-- title: A sequence is shared by the tenants
-- why: a shared counter tells each tenant the volume of the others; numbers come from each tenant's own counter.
select c.oid::regclass::text as object, 'a sequence in a schema of the installation' as detail,
       'use uuid keys, or ringfence.reserve_ticket_numbers()' as remedy
  from pg_catalog.pg_class c
 where c.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and c.relkind = 'S'
