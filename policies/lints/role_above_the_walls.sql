-- level: warning
-- about: server
-- title: Another role stands above the walls
-- why: a superuser, who may make roles (before 16: who may grant any), who reads or writes the server's files, and who may become one of them are held by no policy.
select r.rolname::text as object,
       concat_ws(', ', case when r.rolsuper then 'SUPERUSER' end, case when r.rolcreaterole then 'CREATEROLE' end, 'member of ' || g.granted) as detail,
       'take it away, or know who holds it' as remedy
  from pg_catalog.pg_roles r
 cross join lateral (
       select string_agg(m.rolname, ', ' order by m.rolname) from pg_catalog.pg_roles m
        where (m.rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_read_all_data', 'pg_write_all_data')
               -- Who is a member of the installation's own is another lint's (role_granted_to_stranger).
               or (m.rolsuper or m.rolcreaterole or m.rolbypassrls or m.rolreplication) and m.rolname not in ('ringfence_provisioner', 'ringfence_backup'))
          and m.oid <> r.oid and not r.rolsuper and pg_has_role(r.oid, m.oid, 'member') and (r.rolname, m.rolname) <> ('ringfence_backup', 'pg_read_all_data')) as g (granted)
 where r.rolname !~ '^pg_' and r.oid <> 10
   and (r.rolsuper or (r.rolcreaterole and r.rolname <> 'ringfence_provisioner') or g.granted is not null)
