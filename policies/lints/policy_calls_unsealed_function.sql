-- level: error
-- title: A policy calls a function that does not read the context
-- why: whatever decides in a policy must not be forgeable; each function there reads the context or is harmless.
select format('%s on %s', p.polname, p.polrelid::regclass) as object, format('calls %s()', f.call[1]) as detail,
       'use the readers of policies/functions/context.sql' as remedy
  from pg_catalog.pg_policy p
  join pg_catalog.pg_class c on c.oid = p.polrelid
 cross join lateral (values (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid))) as x (expression)
 cross join lateral regexp_matches(x.expression, '([a-z_0-9".]+)\(', 'gi') as f (call)
 where c.relnamespace = to_regnamespace('ringfence')
   and f.call[1] not in ('ringfence.tenant_id', 'ringfence.current_tenant', 'ringfence.identity', 'ringfence.member', 'ringfence.actor', 'ringfence.oneself', 'ringfence.credential', 'ringfence.grantable',
       'ringfence.member_with', 'ringfence.request', 'ringfence.groups_with', 'ringfence.permissions', 'ringfence.gives_roles', 'ringfence.may', 'ringfence.rights', 'ringfence.acts_on_tickets', 'ringfence.kept_contacts', 'ringfence.kept_identities', 'transaction_timestamp', 'encode', 'textsend', 'COALESCE')
