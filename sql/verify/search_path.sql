-- Sets the session's search_path and returns the former one. Under pg_catalog alone the catalogue prints every schema's name.
select current_setting('search_path') as former, set_config('search_path', $1, false) as present
