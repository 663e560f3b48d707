-- Seeds: a login reaches what stands outside the two schemas. Rolled back by the test.
create schema evil;
create view evil.v as select * from ringfence.tickets;
grant usage on schema evil to ringfence_app;
grant select on evil.v to ringfence_app;
