-- Not for one tenant_id: clears what policies/ states anew, inside the transaction that states it.
do $$
declare
    r record;
begin
    -- All of it in one order, and first of all the keys: who enters a tenant reads them before anything else, so that whoever comes waits
    -- while holding nothing.
    for r in select c.oid::regclass as relation from pg_catalog.pg_class c
              where c.relnamespace = 'ringfence'::regnamespace and c.relkind in ('r', 'p') order by c.relname <> 'keys', c.relname loop
        execute format('lock table %s in access exclusive mode', r.relation);
    end loop;
    for r in select p.polname, p.polrelid::regclass as relation from pg_catalog.pg_policy p
              join pg_catalog.pg_class c on c.oid = p.polrelid where c.relnamespace = 'ringfence'::regnamespace loop
        execute format('drop policy %I on %s', r.polname, r.relation);
    end loop;
    -- In one statement each, because some of them depend on others, and with RESTRICT, because nothing else may.
    for r in select string_agg(c.oid::regclass::text, ', ') as views from pg_catalog.pg_class c
              where c.relnamespace = 'reporting'::regnamespace and c.relkind = 'v' having count(*) > 0 loop
        execute format('drop view %s', r.views);
    end loop;
    for r in select string_agg(p.oid::regprocedure::text, ', ') as functions from pg_catalog.pg_proc p
              where p.pronamespace = 'ringfence'::regnamespace having count(*) > 0 loop
        execute format('drop function %s', r.functions);
    end loop;
    for r in select rolname from pg_catalog.pg_roles where rolname like 'ringfence\_%' and rolname <> 'ringfence_owner' loop
        execute format('revoke all on all tables in schema ringfence, reporting from %I', r.rolname);
        execute format('revoke all on schema ringfence, reporting from %I', r.rolname);
    end loop;
    execute 'revoke all on all tables in schema ringfence, reporting from public';
    execute 'revoke all on schema ringfence, reporting from public';
end
$$;
