-- Seeds: a constraint or index is not named by hand. Rolled back by the test.
alter table ringfence.tags add check (tag <> '');
