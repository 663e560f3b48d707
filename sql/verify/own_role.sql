-- level: error
-- title: The service is connected as a role that is not its own
-- why: superusers, BYPASSRLS, REPLICATION and owners see every tenant; CREATEROLE makes itself one of them; the other logins can do nothing that is asked of it.
select r.rolname::text as object, w.detail, 'connect as ringfence_app' as remedy
  from pg_catalog.pg_roles r
 cross join lateral (
       select 'is not ringfence_app' where r.rolname <> 'ringfence_app'
       union all
       select 'may not execute ringfence.enter(text)' where not has_function_privilege(r.oid, to_regprocedure('ringfence.enter(text)'), 'execute')
       union all
       select 'is a superuser' where r.rolsuper
       union all
       select 'has BYPASSRLS' where r.rolbypassrls
       union all
       select 'has CREATEROLE' where r.rolcreaterole
       union all
       select 'has REPLICATION' where r.rolreplication
       union all
       select 'owns the database' from pg_catalog.pg_database d where d.datname = current_database() and pg_has_role(r.oid, d.datdba, 'member')
       union all
       select distinct 'is, or is a member of, ' || o.rolname || ', which owns what it should be kept out of'
         from (select c.relowner, c.relnamespace from pg_catalog.pg_class c
               union all
               select f.proowner, f.pronamespace from pg_catalog.pg_proc f) as owned (owner, namespace)
         join pg_catalog.pg_roles o on o.oid = owned.owner
        where owned.namespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and pg_has_role(r.oid, o.oid, 'member')
       union all
       select 'is a member of ' || o.rolname
         from pg_catalog.pg_roles o
        where o.oid <> r.oid and pg_has_role(r.oid, o.oid, 'member')
          and (o.rolsuper or o.rolbypassrls or o.rolcreaterole or o.rolreplication
               or o.rolname in ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'))
      ) as w (detail)
 where r.rolname in (current_user, session_user)
