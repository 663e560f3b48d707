alter function pg_catalog.lpad(text, integer) owner to ringfence_owner
