-- level: error
-- title: Statistics are kept of what a person wrote
-- why: statistics are kept over all tenants and EXPLAIN shows them: an estimate of 1,925 rows or of 1 tells whether others have a value.
select format('%s.%s', c.oid::regclass, a.attname) as object,
       format('%s with statistics target %s', format_type(a.atttypid, a.atttypmod), coalesce(a.attstattarget::int, -1)) as detail,
       format('alter table %s alter column %I set statistics 0', c.oid::regclass, a.attname) as remedy
  from pg_catalog.pg_class c
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relnamespace = to_regnamespace('ringfence') and c.relkind in ('r', 'p', 'm') and coalesce(a.attstattarget::int, -1) <> 0
   and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'text[]'::regtype, 'json'::regtype, 'jsonb'::regtype, 'bytea'::regtype,
                      'inet'::regtype, 'xml'::regtype, 'tsvector'::regtype)
   and c.relname <> 'schema_history'
   -- Words of ours from a closed list, digests, and names that are public by design (a tenant's slug is in its address).
   and format('%s.%s', c.relname, a.attname) not in ('tenants.slug', 'tenants.status', 'keys.purpose', 'members.role', 'members.permissions',
       'tickets.status', 'tickets.priority', 'tickets.type',
       'comments.visibility', 'ticket_events.kind', 'ticket_events.visibility', 'idempotency_keys.route', 'idempotency_keys.body_hash',
       'audit_events.leaf_hash')
   and not (c.relname in ('audit_inbox', 'audit_events', 'installation_events')
            and a.attname in ('action', 'decision', 'rule', 'actor_kind', 'authentication', 'object_type', 'external_system'))
