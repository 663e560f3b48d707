-- Seeds: a function promises what it does not keep. Rolled back by the test.
alter function ringfence.resolve_tenant(text) strict;
