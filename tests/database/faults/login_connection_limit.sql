alter role ringfence_app connection limit 1;
--- fires
alter role ringfence_operator connection limit 0;
--- quiet
alter role ringfence_backup connection limit 1;
--- fires
do $$ begin execute format('alter database %I connection limit 3', current_database()); end $$;
