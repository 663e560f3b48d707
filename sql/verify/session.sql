-- Sets the session's search_path and standard_conforming_strings, and returns the former ones. Under pg_catalog alone the catalogue
-- prints every schema's name; and a server may read our strings otherwise by default, which a lint says.
select current_setting('search_path') as former_path, current_setting('standard_conforming_strings') as former_strings,
       set_config('search_path', $1, false) as path, set_config('standard_conforming_strings', $2, false) as strings
