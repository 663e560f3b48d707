-- level: error
-- title: What is created next would be open
-- why: functions are executable by PUBLIC unless the global default says otherwise; the form with IN SCHEMA revokes nothing.
select 'default privileges of ringfence_owner' as object, 'functions would be executable by PUBLIC' as detail,
       'alter default privileges for role ringfence_owner revoke execute on functions from public' as remedy
 where to_regrole('ringfence_owner') is not null
   and not exists (
       select from pg_catalog.pg_default_acl d
        where d.defaclrole = to_regrole('ringfence_owner') and d.defaclnamespace = 0 and d.defaclobjtype = 'f'
          and not exists (select from aclexplode(d.defaclacl) a where a.grantee = 0))
union all
select 'default privileges of ' || d.defaclrole::regrole,
       format('object type %s: %s to %s', d.defaclobjtype, a.privilege_type, case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end),
       'revoke it: grants are given one by one, in the policy files'
  from pg_catalog.pg_default_acl d
 cross join lateral aclexplode(d.defaclacl) a
 where (d.defaclrole = to_regrole('ringfence_owner')
        -- What PUBLIC has of functions and types by default is said again by every other default for them.
        or d.defaclnamespace = 0 and (a.grantee <> 0 or d.defaclobjtype not in ('f', 'T'))
           and (has_schema_privilege(d.defaclrole, to_regnamespace('ringfence'), 'create')
                or d.defaclobjtype = 'n' and has_database_privilege(d.defaclrole, current_database(), 'create'))
        -- Anybody may state defaults for what they cannot create.
        or d.defaclnamespace <> 0 and has_schema_privilege(d.defaclrole, d.defaclnamespace, 'create')
           and (d.defaclnamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting'))
                or exists (select from (select o.oid, o.rolname from pg_catalog.pg_roles o
               where not o.rolsuper
                 and (o.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_reporting')
                      or pg_has_role(o.oid, to_regrole('ringfence_reporting')::oid, 'usage'))) r where a.grantee <> 0 and pg_has_role(r.oid, a.grantee, 'member'))))
   and a.grantee <> d.defaclrole
