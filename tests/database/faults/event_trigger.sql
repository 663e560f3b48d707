-- Seeds: an event trigger is present. Rolled back by the test.
create function public.watch() returns event_trigger language plpgsql as $$ begin end $$;
create event trigger watch on ddl_command_end execute function public.watch();
