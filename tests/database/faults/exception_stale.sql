-- Seeds: an exception is not needed any more. Rolled back by the test.
create policy keys_wall on ringfence.keys as restrictive for all to public using (false);
