update pg_catalog.pg_language set lanpltrusted = true where lanname = 'c'
