-- Seeds: an object is not owned by ringfence_owner. Rolled back by the test.
alter table ringfence.groups owner to ringfence_app;
