-- Seeds: a role of the installation is a member of another role. Rolled back by the test.
grant ringfence_owner to ringfence_app;
