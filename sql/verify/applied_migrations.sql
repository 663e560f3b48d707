-- The migrations that this database has seen, by the names of their files, in order, and what was noted of their text.
select format('V%s__%s', h.version, h.name) as name, h.checksum
  from ringfence.schema_history h
 order by h.version
