-- The trail. Everything is inserted into the inbox; the mover carries it into the walled table of its tenant.

create table ringfence.audit_inbox (
    event_id       uuid        not null default gen_random_uuid(),
    xid            xid8        not null default pg_current_xact_id(),
    recorded_at    timestamptz not null default clock_timestamp(),
    tenant_id      uuid,
    -- Who and by which request: what enter() and the service set for the transaction. The door compares the actor with the seal.
    request_id     uuid        not null default nullif(current_setting('app.request_id', true), '')::uuid,
    action         text        not null,
    decision       text        not null,
    rule           text,
    actor_id       uuid        default nullif(current_setting('app.member_id', true), '')::uuid,
    identity_id    uuid        default nullif(current_setting('app.identity_id', true), '')::uuid,
    actor_kind     text        not null default current_setting('app.actor_kind', true),
    on_behalf_of   uuid,
    session_id     text        default nullif(current_setting('app.session_id', true), ''),
    authentication text        default nullif(current_setting('app.authentication', true), ''),
    object_type    text,
    object_id      uuid,
    object_version integer,
    external_system text,
    details        jsonb       not null default '{}',
    constraint audit_inbox_pkey primary key (xid, event_id),
    constraint audit_inbox_decision_is_known check (decision in ('allow', 'deny')),
    constraint audit_inbox_actor_kind_is_known check (actor_kind in ('user', 'service', 'operator', 'nobody'))
);

create table ringfence.audit_events (
    tenant_id      uuid        not null,
    -- Position in the tenant's trail, given by the mover: dense, in commit order, the leaf index of a later seal.
    position       bigint      not null,
    event_id       uuid        not null,
    xid            xid8        not null,
    recorded_at    timestamptz not null,
    request_id     uuid        not null,
    action         text        not null,
    decision       text        not null,
    rule           text,
    actor_id       uuid,
    identity_id    uuid,
    actor_kind     text        not null,
    on_behalf_of   uuid,
    session_id     text,
    authentication text,
    object_type    text,
    object_id      uuid,
    object_version integer,
    external_system text,
    details        jsonb       not null,
    -- For sealing: the cluster epoch (transaction ids restart on a restore) and the leaf's hash (RFC 9162).
    epoch          integer     not null default 1,
    leaf_hash      bytea,
    constraint audit_events_pkey primary key (tenant_id, position),
    constraint audit_events_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint audit_events_leaf_hash_is_sha256 check (octet_length(leaf_hash) = 32)
);
create index audit_events_request_idx on ringfence.audit_events (tenant_id, request_id);
create index audit_events_object_idx on ringfence.audit_events (tenant_id, object_id, position desc);
create index audit_events_actor_idx on ringfence.audit_events (tenant_id, actor_id, position desc);
create index audit_events_recorded_idx on ringfence.audit_events (tenant_id, recorded_at);

-- Where the mover stands in each tenant's trail, so that it counts nothing over again.
create table ringfence.audit_heads (
    tenant_id uuid   not null,
    length    bigint not null,
    constraint audit_heads_pkey primary key (tenant_id),
    constraint audit_heads_tenant_fkey foreign key (tenant_id) references ringfence.tenants
);

-- What belongs to no tenant: failed sign-ins, unknown tenants, commands of the installation.
create table ringfence.installation_events (
    event_id       uuid        not null,
    xid            xid8        not null,
    recorded_at    timestamptz not null,
    request_id     uuid        not null,
    action         text        not null,
    decision       text        not null,
    rule           text,
    identity_id    uuid,
    actor_kind     text        not null,
    session_id     text,
    authentication text,
    object_type    text,
    object_id      uuid,
    details        jsonb       not null,
    constraint installation_events_pkey primary key (event_id)
);
create index installation_events_recorded_idx on ringfence.installation_events (recorded_at);

alter table ringfence.audit_inbox alter column details set statistics 0, alter column session_id set statistics 0;
alter table ringfence.audit_events alter column details set statistics 0, alter column session_id set statistics 0;
alter table ringfence.installation_events alter column session_id set statistics 0, alter column details set statistics 0;
