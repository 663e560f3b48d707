-- Seeds: a login may create objects. Rolled back by the test.
grant create on schema reporting to ringfence_app;
