-- Answers kept for 24 hours, so that a repeated request does its work once.

create table ringfence.idempotency_keys (
    tenant_id  uuid        not null,
    member_id  uuid        not null,
    route      text        not null,
    key        text        not null,
    body_hash  bytea       not null,
    status     smallint    not null,
    headers    jsonb       not null,
    body       text        not null,
    created_at timestamptz not null default transaction_timestamp(),
    constraint idempotency_keys_pkey primary key (tenant_id, member_id, route, key),
    constraint idempotency_keys_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint idempotency_keys_key_is_short check (char_length(key) between 1 and 255),
    constraint idempotency_keys_body_hash_is_sha256 check (octet_length(body_hash) = 32)
);
create index idempotency_keys_created_idx on ringfence.idempotency_keys (tenant_id, created_at);
alter table ringfence.idempotency_keys alter column headers set statistics 0, alter column body set statistics 0, alter column key set statistics 0;
