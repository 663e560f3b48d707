-- Seeds: PUBLIC may connect to the database or make temporary tables in it. Rolled back by the test.
do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$;
