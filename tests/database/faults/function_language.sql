-- Seeds: a function is written in an unexpected language. Rolled back by the test.
create function ringfence.raise_it(integer) returns integer language internal strict as 'int4inc';
