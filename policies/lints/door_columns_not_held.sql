-- level: error
-- title: A child's door columns are not held to its ticket
-- why: doors believe the requester and group on the row; without the composite key a child row could name a ticket that its writer may not see.
select c.oid::regclass::text as object, format('%s is not in a foreign key to tickets beside ticket_id', a.attname) as detail,
       'foreign key (tenant_id, ticket_id, requester_id, group_key) references ringfence.tickets (...) on update cascade' as remedy
  from pg_catalog.pg_class c
  join pg_catalog.pg_attribute t on t.attrelid = c.oid and t.attname = 'ticket_id' and not t.attisdropped
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname in ('requester_id', 'group_key', 'group_id') and not a.attisdropped
 where c.relnamespace = to_regnamespace('ringfence') and c.relkind in ('r', 'p') and c.relname <> 'tickets'
   and not exists (
       select from pg_catalog.pg_constraint k
        where k.contype = 'f' and k.conrelid = c.oid and k.confrelid = to_regclass('ringfence.tickets')
          and t.attnum = any (k.conkey) and a.attnum = any (k.conkey))
