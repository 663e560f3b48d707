-- Tenants take turns in what is carried over: each one's first that is due.
drop index ringfence.crossing_queue_due_idx;
create index crossing_queue_turn_idx on ringfence.crossing_queue (tenant_id, due_at, intent_id);
