-- Seeds: a function that writes may run in a parallel worker. Rolled back by the test.
alter function ringfence.enter(text) parallel safe;
