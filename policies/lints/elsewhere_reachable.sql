-- level: error
-- title: A login reaches what stands outside the two schemas
-- why: a view or a definer's function elsewhere reads as its owner, past every wall, and a table elsewhere has none: long comments of all tenants lie in one that PostgreSQL made (pg_toast).
select o.object, format('in schema %s, open to %s', o.schema::regnamespace, r.rolname) as detail, 'drop it, or revoke the usage of its schema' as remedy
  from (select c.oid, c.relnamespace, c.oid::regclass::text, 'r' from pg_catalog.pg_class c where c.relkind in ('r', 'p', 'v', 'm', 'f', 't')
        union all
        -- A function of an event trigger nobody can call.
        select f.oid, f.pronamespace, f.oid::regprocedure::text, 'f' from pg_catalog.pg_proc f
         where f.prosecdef and f.prorettype <> 'pg_catalog.event_trigger'::regtype) as o (id, schema, object, kind)
  join (select o.oid, o.rolname from pg_catalog.pg_roles o
               where not o.rolsuper
                 and (o.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_reporting')
                      or pg_has_role(o.oid, to_regrole('ringfence_reporting')::oid, 'usage'))) r on true
 where o.schema::regnamespace::text not in ('ringfence', 'reporting', 'pg_catalog', 'information_schema')
   and has_schema_privilege(r.oid, o.schema, 'usage')
   and case o.kind when 'r' then has_any_column_privilege(r.oid, o.id, 'select, insert, update') or has_table_privilege(r.oid, o.id, 'delete')
                   else has_function_privilege(r.oid, o.id, 'execute') end
