-- Seeds: a rule rewrites statements. Rolled back by the test.
create rule tags_kept as on delete to ringfence.tags do instead nothing;
