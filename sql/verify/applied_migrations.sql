-- The migrations that this database has seen, by the names of their files, in order.
select format('V%s__%s', h.version, h.name) as name
  from ringfence.schema_history h
 order by h.version
