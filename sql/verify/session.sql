-- Sets settings of the session, the names in $1 to the values in $2, and returns the former ones. Under pg_catalog alone the catalogue
-- prints every schema's name; the others are how text is read and printed, which a server or a database may have otherwise by default.
select s.name, pg_catalog.current_setting(s.name) as former, pg_catalog.set_config(s.name, s.value, false) as value
  from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) as s (name, value)
