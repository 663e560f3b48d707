-- Seeds: an index can never be used under row security. Rolled back by the test.
create index tickets_tags_idx on ringfence.tickets (tenant_id, tags);
