-- The live catalogue as ordered lines, grouped by object: what sql/schema.sql holds and `ringfence verify` compares. Reads the
-- catalogue alone: it names neither the database nor an analyst's login, and reads the same on PostgreSQL 15 to 18.
-- Every schema name is printed when the search_path is pg_catalog.

with service_role (id, name) as (
    select r.oid, r.rolname from pg_catalog.pg_roles r
     where r.rolname in ('ringfence_owner', 'ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator',
                         'ringfence_provisioner', 'ringfence_gate', 'ringfence_reporting', 'ringfence_backup')
), relation as (
    select c.oid as id, c.*, format('%s %s', case c.relkind when 'r' then 'table' when 'v' then 'view' when 'm' then 'materialized view'
               when 'p' then 'partitioned table' when 'f' then 'foreign table' when 'S' then 'sequence' else c.relkind::text end, c.oid::regclass) as object
      from pg_catalog.pg_class c
     where c.relnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and c.relkind in ('r', 'v', 'm', 'p', 'f', 'S')
), routine as (
    select f.*, 'function ' || f.oid::regprocedure as object
      from pg_catalog.pg_proc f
     where f.pronamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting'))
), view_text (id, object, definition) as (
    select v.id, v.object, case when count(distinct d.refobjid) > 1 then v.definition
           -- Up to 15 the one table's alias stands before each column, later it does not.
           else regexp_replace(v.definition, format('\m%s\.', substring(v.definition from 'FROM [a-z_]+\.[a-z_]+ ([a-z_0-9]+)')), '', 'g') end
      from (select r.id, r.object, pg_get_viewdef(r.id) from relation r where r.relkind in ('v', 'm')) as v (id, object, definition)
      join pg_catalog.pg_rewrite w on w.ev_class = v.id
      left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid
            and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> v.id
     group by v.id, v.object, v.definition
), granted (part, object, rank, position, owner, acl, columns) as (
    select 2, 'database', 900, 0, d.datdba, coalesce(d.datacl, acldefault('d', d.datdba)), null
      from pg_catalog.pg_database d where d.datname = current_database()
    union all
    select 3, 'schema ' || n.oid::regnamespace, 900, 0, n.nspowner, n.nspacl, null
      from pg_catalog.pg_namespace n where n.nspname in ('public', 'ringfence', 'reporting')
    union all
    select 4, 'default privileges of ringfence_owner', 900, 0, d.defaclrole, d.defaclacl,
           format(' on objects of type %s%s', d.defaclobjtype, case d.defaclnamespace when 0 then '' else ' in ' || d.defaclnamespace::regnamespace end)
      from pg_catalog.pg_default_acl d where d.defaclrole = to_regrole('ringfence_owner')
    union all
    select 5, r.object, 900, 0, r.relowner, r.relacl, null from relation r
    union all
    select 6, f.object, 900, 0, f.proowner, coalesce(f.proacl, acldefault('f', f.proowner)), null from routine f
), line (part, object, rank, position, name, line) as (
    select 1, 'role ' || r.rolname, 0, 0, '',
           concat_ws(' ', case when r.rolcanlogin then 'login' else 'nologin' end, case when r.rolinherit then 'inherit' else 'noinherit' end,
                     case when r.rolsuper then 'superuser' end, case when r.rolcreatedb then 'createdb' end, case when r.rolcreaterole then 'createrole' end,
                     case when r.rolreplication then 'replication' end, case when r.rolbypassrls then 'bypassrls' end)
      from service_role s join pg_catalog.pg_roles r on r.oid = s.id
    union all
    select 1, 'role ' || s.name, 1, 0, g.rolname,
           format('member of %s%s', g.rolname, case when bool_or(m.admin_option) then ' with admin option' else '' end)
      from service_role s
      join pg_catalog.pg_auth_members m on m.member = s.id
      join pg_catalog.pg_roles g on g.oid = m.roleid and (g.rolname ~ '^pg_' or g.oid in (select x.id from service_role x))
     group by s.name, g.rolname
    union all
    select 3, 'schema ' || n.oid::regnamespace, 0, 0, '', 'owner ' || n.nspowner::regrole
      from pg_catalog.pg_namespace n where n.nspname in ('ringfence', 'reporting')
    union all
    select 4, 'default privileges of ringfence_owner', 0, 0, format('%s %s', d.defaclobjtype, d.defaclnamespace),
           format('objects of type %s%s: %s', d.defaclobjtype, case d.defaclnamespace when 0 then '' else ' in ' || d.defaclnamespace::regnamespace end,
                  case when exists (select from aclexplode(d.defaclacl) a where a.grantee = 0) then 'PUBLIC included' else 'nothing for PUBLIC' end)
      from pg_catalog.pg_default_acl d where d.defaclrole = to_regrole('ringfence_owner')
    union all
    select 5, r.object, 0, 0, '',
           concat_ws(', ', 'owner ' || r.relowner::regrole, case r.relpersistence when 'u' then 'unlogged' end,
                     case when r.relkind in ('r', 'p') then case when r.relrowsecurity then 'row security enabled' else 'row security OFF' end end,
                     case when r.relkind in ('r', 'p') then case when r.relforcerowsecurity then 'forced' else 'NOT forced' end end,
                     (select 'with (' || string_agg(o, ', ' order by o collate "C") || ')' from unnest(r.reloptions) o))
      from relation r
    union all
    select 5, r.object, 1, 0, '', 'comment ' || quote_literal(d.description)
      from relation r join pg_catalog.pg_description d on d.objoid = r.id and d.classoid = 'pg_catalog.pg_class'::regclass and d.objsubid = 0
    union all
    select 5, r.object, 2, a.attnum, '',
           concat_ws(' ', 'column', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                     case when a.attcollation <> t.typcollation then 'collate ' || a.attcollation::regcollation end,
                     case when a.attnotnull then 'not null' end,
                     case when a.attidentity <> '' then 'generated as identity'
                          when a.attgenerated = 's' then format('generated always as %s stored', pg_get_expr(e.adbin, e.adrelid))
                          when a.attgenerated <> '' then format('generated always as %s virtual', pg_get_expr(e.adbin, e.adrelid))
                          when e.adbin is not null then 'default ' || pg_get_expr(e.adbin, e.adrelid) end,
                     case when coalesce(a.attstattarget::int, -1) >= 0 then format('statistics %s', a.attstattarget) end,
                     'comment ' || quote_literal(d.description))
      from relation r
      join pg_catalog.pg_attribute a on a.attrelid = r.id and a.attnum > 0 and not a.attisdropped
      join pg_catalog.pg_type t on t.oid = a.atttypid
      left join pg_catalog.pg_attrdef e on e.adrelid = r.id and e.adnum = a.attnum
      left join pg_catalog.pg_description d on d.objoid = r.id and d.classoid = 'pg_catalog.pg_class'::regclass and d.objsubid = a.attnum
     where r.relkind <> 'S'
    union all
    select 5, r.object, 3, position(k.contype::text in 'puxfc'), k.conname,
           format('constraint %I %s%s', k.conname, pg_get_constraintdef(k.oid), case when k.convalidated then '' else ' (NOT VALIDATED)' end)
      from relation r join pg_catalog.pg_constraint k on k.conrelid = r.id
     where k.contype in ('p', 'u', 'x', 'f', 'c')
    union all
    select 5, r.object, 4, 0, x.relname, pg_get_indexdef(i.indexrelid)
           || case when i.indisvalid then '' else ' (INVALID)' end
      from relation r
      join pg_catalog.pg_index i on i.indrelid = r.id
      join pg_catalog.pg_class x on x.oid = i.indexrelid
     where not exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.conrelid = r.id and k.contype in ('p', 'u', 'x'))
    union all
    select 5, r.object, 5, case when p.polpermissive then 1 else 0 end, p.polname,
           format('policy %I%s for %s to %s%s%s', p.polname, case when p.polpermissive then '' else ' as restrictive' end,
                  case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
                  (select string_agg(case m when 0 then 'PUBLIC' else m::regrole::text end, ', ' order by m::regrole::text collate "C") from unnest(p.polroles) m),
                  coalesce(' using ' || pg_get_expr(p.polqual, p.polrelid), ''), coalesce(' with check ' || pg_get_expr(p.polwithcheck, p.polrelid), ''))
      from relation r join pg_catalog.pg_policy p on p.polrelid = r.id
    union all
    select 5, r.object, 6, 0, t.tgname, pg_get_triggerdef(t.oid) || case t.tgenabled when 'O' then '' else format(' (tgenabled %s)', t.tgenabled) end
      from relation r join pg_catalog.pg_trigger t on t.tgrelid = r.id where not t.tgisinternal
    union all
    select 5, r.object, 7, 0, w.rulename, pg_get_ruledef(w.oid)
      from relation r join pg_catalog.pg_rewrite w on w.ev_class = r.id where w.rulename <> '_RETURN'
    union all
    select 5, v.object, 8, l.position, '', l.line
      from view_text v cross join lateral regexp_split_to_table(v.definition, '\n') with ordinality as l (line, position)
    union all
    select 6, f.object, 0, 0, '', 'owner ' || f.proowner::regrole from routine f
    union all
    select 6, f.object, 1, l.position, '', l.line
      from routine f cross join lateral regexp_split_to_table(
           case when f.prokind in ('f', 'p', 'w') then pg_get_functiondef(f.oid) else 'aggregate' end, '\n') with ordinality as l (line, position)
    union all
    select 7, 'type ' || t.oid::regtype, 0, 0, '', format('owner %s, kind %s, of %s', t.typowner::regrole, t.typtype, t.typbasetype::regtype)
      from pg_catalog.pg_type t
     where t.typnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting')) and t.typtype in ('e', 'd', 'r')
    union all
    select 8, 'operator ' || p.oid::regoperator, 0, 0, '', format('owner %s, function %s', p.oprowner::regrole, p.oprcode::regprocedure)
      from pg_catalog.pg_operator p
     where p.oprnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting'))
    union all
    select g.part, g.object, g.rank, g.position, a.grantee || coalesce(g.columns, ''),
           format('grant %s%s to %s%s', a.privileges, coalesce(g.columns, ''), a.grantee, case when a.is_grantable then ' with grant option' else '' end)
      from granted g
     cross join lateral (
           select case x.grantee when 0 then 'PUBLIC' else x.grantee::regrole::text end as grantee, x.is_grantable,
                  lower(string_agg(x.privilege_type, ', ' order by x.privilege_type collate "C")) as privileges
             from aclexplode(g.acl) x
            where x.grantee <> g.owner
              -- Of a server's own grants only ours count.
              and (g.object not in ('database', 'schema public') or x.grantee = 0 or x.grantee in (select s.id from service_role s))
            group by x.grantee, x.is_grantable) as a
    union all
    select 5, g.object, 901, 0, g.grantee || ' ' || g.privilege,
           format('grant %s (%s) to %s%s', g.privilege, g.columns, g.grantee, case when g.is_grantable then ' with grant option' else '' end)
      from (select r.object, case x.grantee when 0 then 'PUBLIC' else x.grantee::regrole::text end, lower(x.privilege_type), x.is_grantable,
                   string_agg(quote_ident(a.attname), ', ' order by a.attnum)
              from relation r
              -- Columns of the system too: each has privileges of its own.
              join pg_catalog.pg_attribute a on a.attrelid = r.id and not a.attisdropped
             cross join lateral aclexplode(a.attacl) x
             where x.grantee <> r.relowner
             group by r.object, x.grantee, x.privilege_type, x.is_grantable) as g (object, grantee, privilege, is_grantable, columns)
    union all
    select 6, f.object, 902, 0, '', 'comment ' || quote_literal(d.description)
      from routine f join pg_catalog.pg_description d on d.objoid = f.oid and d.classoid = 'pg_catalog.pg_proc'::regclass and d.objsubid = 0
)
select l.object, l.line
  from line l
 order by l.part, l.object collate "C", l.rank, l.position, l.name collate "C", l.line collate "C"
