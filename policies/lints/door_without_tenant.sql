-- level: error
-- title: A door does not repeat the tenant
-- why: for an honest context wall and doors each keep tenants apart; the plain predicate is also what index conditions are made of.
select format('%s on %s', p.polname, p.polrelid::regclass) as object,
       format('%s %s', x.clause, coalesce(x.expression, 'is missing')) as detail,
       'begin the door with tenant_id = ringfence.tenant_id() and ...' as remedy
  from pg_catalog.pg_policy p
  join pg_catalog.pg_class c on c.oid = p.polrelid
 cross join lateral (values
       ('using', p.polcmd in ('r', 'w', 'd', '*'), pg_get_expr(p.polqual, p.polrelid)),
       ('with check', p.polcmd in ('a', 'w', '*'), pg_get_expr(p.polwithcheck, p.polrelid))) as x (clause, needed, expression)
 where c.relnamespace = to_regnamespace('ringfence') and p.polpermissive and x.needed
   -- On an excepted table the owner's functions, the gate and the auditor stand outside a tenant, the service and the analysts do not.
   and (c.relname <> all (:exceptions)
        or exists (select from unnest(p.polroles) as r (id)
                    where r.id is distinct from to_regrole('ringfence_owner')::oid and r.id is distinct from to_regrole('ringfence_auditor')::oid
                       and r.id is distinct from to_regrole('ringfence_gate')::oid))
   and coalesce(x.expression not like '((tenant\_id = ringfence.tenant\_id()) AND %' and x.expression <> '(tenant_id = ringfence.tenant_id())', true)
   and not (p.polcmd = 'r' and p.polroles = array[to_regrole('ringfence_reporting')::oid]
            and x.expression = '(( SELECT ringfence.member() AS member) IS NULL)')
