-- level: error
-- title: A privilege is held by a role that should hold none
-- why: the operator, the dispatcher and the provisioner act through functions; PUBLIC, strangers and single analysts' logins hold nothing, not even the right to connect; nobody passes a grant on, or puts names into the server's own schemas.
select o.object, format('%s holds %s%s', case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end, a.privilege_type,
                        case when a.is_grantable then ' with grant option' else '' end) as detail,
       'revoke it' as remedy
  from (select c.oid::regclass::text, c.relowner, c.relacl, 'table' from pg_catalog.pg_class c
         where c.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting'))
        union all
        select t.attrelid::regclass || '.' || t.attname, c.relowner, t.attacl, 'table' from pg_catalog.pg_attribute t join pg_catalog.pg_class c on c.oid = t.attrelid
         where c.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and t.attacl is not null
        union all
        select f.oid::regprocedure::text, f.proowner, f.proacl, 'function' from pg_catalog.pg_proc f
         where f.pronamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting'))
        union all
        select 'schema ' || n.oid::regnamespace, n.nspowner, n.nspacl, 'schema' from pg_catalog.pg_namespace n
         where n.nspname in ('ringfence', 'reporting')
        union all
        -- Long values of all tenants lie here in clear.
        select c.oid::regclass::text, c.relowner, c.relacl, 'toast' from pg_catalog.pg_class c
         where c.relnamespace = 'pg_toast'::regnamespace
        union all
        select t.attrelid::regclass || '.' || t.attname, c.relowner, t.attacl, 'toast' from pg_catalog.pg_attribute t join pg_catalog.pg_class c on c.oid = t.attrelid
         where c.relnamespace = 'pg_toast'::regnamespace and t.attacl is not null
        union all
        select 'schema ' || n.oid::regnamespace, n.nspowner, n.nspacl, case n.nspname when 'pg_toast' then 'toast' else 'server schema' end from pg_catalog.pg_namespace n
         where n.nspname in ('pg_catalog', 'information_schema', 'pg_toast', 'public')
        union all
        select 'database', d.datdba, d.datacl, 'database' from pg_catalog.pg_database d
         where d.datname = current_database()) as o (object, owner, acl, kind)
 cross join lateral aclexplode(o.acl) a
  left join pg_catalog.pg_roles r on r.oid = a.grantee
 where a.grantee <> o.owner
   -- PUBLIC at the database is another lint's (database_open).
   and not (o.kind = 'database' and a.grantee = 0)
   -- An administrator is one who could anyhow.
   and not (o.kind = 'server schema' and (a.privilege_type <> 'CREATE' or coalesce(r.rolsuper or r.rolcreaterole, false)))
   and (a.is_grantable
        or r.rolname is null
        or r.rolname <> all (case o.kind
            when 'table' then array['ringfence_app', 'ringfence_auditor', 'ringfence_gate', 'ringfence_reporting']
            when 'toast' then '{}'
            when 'server schema' then '{}'
            when 'database' then array['ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_reporting', 'ringfence_backup']
            else array['ringfence_owner', 'ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_provisioner', 'ringfence_gate', 'ringfence_reporting'] end))
