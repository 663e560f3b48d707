-- Seeds: a role or schema of the installation is missing. Rolled back by the test.
alter schema reporting rename to elsewhere;
