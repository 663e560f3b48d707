-- Seeds: the database belongs to a login. Each part is rolled back by the test.
do $$ begin execute format('alter database %I owner to ringfence_operator', current_database()); end $$;
--- fires
create role seeded_owner login;
do $$ begin execute format('alter database %I owner to seeded_owner', current_database()); end $$;
--- quiet
do $$ begin execute format('alter database %I owner to ringfence_owner', current_database()); end $$;
--- quiet
create role seeded_owner login createrole in role ringfence_owner;
do $$ begin execute format('alter database %I owner to seeded_owner', current_database()); end $$;
