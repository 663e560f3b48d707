-- Seeds: a trigger is not enabled. Rolled back by the test.
alter table ringfence.comments disable trigger all;
