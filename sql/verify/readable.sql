-- Whether the connected role can read all rows of a table: it exists, SELECT is granted, and no policy stands in between. A view of the
-- server's own may rest on a function of its name, which is asked for too.
select to_regclass($1) is not null as present,
       coalesce(has_schema_privilege(c.relnamespace, 'usage') and has_table_privilege(c.oid, 'select') and not row_security_active(c.oid)
                and coalesce(has_function_privilege(to_regproc($1)::oid, 'execute'), true), false) as readable
  from (select) as one
  left join pg_catalog.pg_class c on c.oid = to_regclass($1)
