-- Seeds: a stranger is a member of a role of the installation. Rolled back by the test.
create role stranger login;
grant ringfence_auditor to stranger;
