-- level: error
-- title: The tenant context may be written by somebody else, or by nobody
-- why: what stands in backtrace_functions is believed by every wall and door, for ringfence_gate alone may set it: whoever else may, says which tenant they are in and with which rights.
select 'backtrace_functions' as object,
       format('%s%s for %s', a.privilege_type, case when a.is_grantable then ' with grant option' else '' end, coalesce(nullif(a.grantee, 0)::regrole::text, 'PUBLIC')) as detail,
       format('revoke %s%s on parameter backtrace_functions from %s', case when a.grantee = to_regrole('ringfence_gate') then 'grant option for ' else '' end,
              lower(a.privilege_type), coalesce(nullif(a.grantee, 0)::regrole::text, 'public')) as remedy
  from pg_catalog.pg_parameter_acl p
 cross join lateral aclexplode(p.paracl) a
 where p.parname = 'backtrace_functions'
   and not (a.grantee in (select r.oid from pg_catalog.pg_roles r where r.rolsuper))
   and (a.grantee is distinct from to_regrole('ringfence_gate')::oid or a.privilege_type <> 'SET' or a.is_grantable)
union all
select 'backtrace_functions', 'ringfence_gate may not set it', 'run `ringfence migrate`'
 where to_regrole('ringfence_gate') is not null and not has_parameter_privilege(to_regrole('ringfence_gate')::oid, 'backtrace_functions', 'set')
union all
select 'backtrace_functions', format('its context is %s', s.context), 'this server lets others set it: none that Ringfence was tried on'
  from pg_catalog.pg_settings s where s.name = 'backtrace_functions' and s.context <> 'superuser'
