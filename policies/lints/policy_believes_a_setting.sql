-- level: error
-- title: A policy believes what a statement can forge, or names a role
-- why: settings are forged inside one statement, and so is the role in effect; policies read the context and ask for permissions.
select format('%s on %s', p.polname, p.polrelid::regclass) as object, x.expression as detail,
       'read the context through ringfence.may(), member(), groups() and their like' as remedy
  from pg_catalog.pg_policy p
  join pg_catalog.pg_class c on c.oid = p.polrelid
 cross join lateral (values (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid))) as x (expression)
 where c.relnamespace = to_regnamespace('ringfence')
   and (x.expression ~ '\m(CURRENT_USER|SESSION_USER|CURRENT_ROLE|USER|SYSTEM_USER)\M'
        or x.expression ~ '\m(current_setting|set_config|pg_has_role|row_security_active|current_database|inet_client_addr)\('
        or x.expression ~ '''(ringfence_[a-z]+|r_[0-9a-f]{20}|role)''')
