-- Seeds: a role may execute a definer's function that is not for it. Rolled back by the test.
grant execute on function ringfence.move_audit(integer, uuid) to ringfence_app;
