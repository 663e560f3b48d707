-- Seeds: a function has an unexpected owner. Rolled back by the test.
alter function ringfence.identify(text) owner to postgres;
