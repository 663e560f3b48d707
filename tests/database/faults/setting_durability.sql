-- Seeds: a power cut would lose acknowledged writes. Rolled back by the test.
set local synchronous_commit = off;
