-- Seeds: a privilege is held by a role that should hold none. Rolled back by the test.
grant select on ringfence.tickets to ringfence_operator;
