-- level: error
-- title: The gate reaches further than it takes to know a caller
-- why: ringfence_gate writes the context that every policy believes; so it reads what enter() asks, by one door a table, and writes nothing.
with seen_by (relation, everywhere) as (
    values ('keys', true), ('sessions', true), ('identities', true), ('tenants', false), ('members', false), ('group_members', false),
           ('tenant_roles', false), ('api_tokens', false), ('break_glass_grants', false)
), gate (role) as (
    values (to_regrole('ringfence_gate')::oid)
)
select a.object, format('ringfence_gate holds %s', a.privilege_type) as detail, 'revoke it' as remedy
  from gate
  join (select c.oid::regclass::text as object, c.relname, x.grantee, x.privilege_type
          from pg_catalog.pg_class c cross join lateral aclexplode(c.relacl) x
        union all
        select t.attrelid::regclass || '.' || t.attname, c.relname, x.grantee, x.privilege_type
          from pg_catalog.pg_attribute t join pg_catalog.pg_class c on c.oid = t.attrelid cross join lateral aclexplode(t.attacl) x) a on a.grantee = gate.role
 where a.privilege_type <> 'SELECT' or a.relname not in (select relation from seen_by)
union all
select format('%s on %s', p.polname, p.polrelid::regclass), format('for command %s using %s', p.polcmd, coalesce(pg_get_expr(p.polqual, p.polrelid), 'nothing')),
       'the tenant that is set and nothing else; true where rows belong to no tenant'
  from gate
  join pg_catalog.pg_policy p on gate.role = any (p.polroles)
  join pg_catalog.pg_class c on c.oid = p.polrelid
  left join seen_by s on s.relation = c.relname
 where p.polcmd <> 'r' or s.relation is null
    or pg_get_expr(p.polqual, p.polrelid) is distinct from case when s.everywhere then 'true' else '(tenant_id = ringfence.tenant_id())' end
