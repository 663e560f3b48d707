-- Seeds: a constraint holds nothing, or not yet. Rolled back by the test.
alter table ringfence.tags add constraint tags_tag_is_lower check (tag = lower(tag)) not valid;
