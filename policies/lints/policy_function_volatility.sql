-- level: error
-- title: A reader of the context has the wrong volatility
-- why: IMMUTABLE keeps the old tenant in a cached plan, VOLATILE runs for each row, and PARALLEL UNSAFE or STRICT changes plans and answers.
select f.oid::regprocedure::text as object,
       format('volatility %s, parallel %s, strict %s', f.provolatile, f.proparallel, f.proisstrict) as detail,
       'declare it stable, parallel restricted not strict' as remedy
  from pg_catalog.pg_proc f
 where f.pronamespace = to_regnamespace('ringfence')
   and f.proname in ('tenant_id', 'context', 'tenant_of_login', 'current_tenant', 'identity', 'member', 'actor', 'grantable', 'member_with', 'request', 'groups_with', 'permissions', 'may', 'gives_roles', 'oneself', 'credential', 'rights', 'acts_on_tickets')
   and (f.provolatile <> 's' or f.proisstrict or f.proparallel <> 'r')
