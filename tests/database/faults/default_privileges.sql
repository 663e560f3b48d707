-- Seeds: what is created next would be open. Rolled back by the test.
alter default privileges for role ringfence_owner grant execute on functions to public;
