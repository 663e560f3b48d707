-- Seeds: a function is marked LEAKPROOF. Rolled back by the test.
alter function pg_catalog.texticlike(text, text) leakproof;
