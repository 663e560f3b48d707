-- level: error
-- title: An analyst may execute more than the readers of the context
-- why: whatever an analyst's login executes runs inside plans over tenant rows; nothing but what the wall itself needs.
select f.oid::regprocedure::text as object, 'executable by ringfence_reporting' as detail,
       format('revoke execute on function %s from ringfence_reporting', f.oid::regprocedure) as remedy
  from pg_catalog.pg_proc f
 where f.pronamespace in (to_regnamespace('ringfence'), to_regnamespace('reporting'))
   and has_function_privilege(to_regrole('ringfence_reporting')::oid, f.oid, 'execute')
   and f.proname not in ('tenant_id', 'context', 'tenant_of_login', 'current_tenant', 'identity', 'member', 'actor', 'access_of', 'member_with', 'request', 'groups_with', 'permissions', 'may')
