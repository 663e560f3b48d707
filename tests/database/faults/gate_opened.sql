-- Seeds: the gate reaches further than it takes to know a caller. Rolled back by the test.
grant update (role) on ringfence.members to ringfence_gate;
