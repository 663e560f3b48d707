-- What the installation itself keeps: tenants, identities, who belongs where, keys, and the logins of analysts.
-- Every table here is an exception to the wall; policies/exceptions.tsv lists each with its reason.

create table ringfence.tenants (
    tenant_id    uuid        not null,
    slug         text        not null,
    name         text        not null,
    status       text        not null default 'active',
    created_at   timestamptz not null default transaction_timestamp(),
    suspended_at timestamptz,
    constraint tenants_pkey primary key (tenant_id),
    constraint tenants_slug_key unique (slug),
    constraint tenants_slug_is_a_label check (slug ~ '^[a-z][a-z0-9-]{1,38}[a-z0-9]$'),
    constraint tenants_name_is_short check (char_length(name) between 1 and 200),
    constraint tenants_status_is_known check (status in ('active', 'suspended')),
    constraint tenants_suspended_has_suspended_at check ((status = 'suspended') = (suspended_at is not null))
);

-- Issuer and subject name a person or a service; an e-mail address never does.
create table ringfence.identities (
    identity_id uuid        not null,
    issuer      text        not null,
    subject     text        not null,
    created_at  timestamptz not null default transaction_timestamp(),
    constraint identities_pkey primary key (identity_id),
    constraint identities_issuer_subject_key unique (issuer, subject),
    constraint identities_issuer_is_short check (char_length(issuer) between 1 and 500),
    constraint identities_subject_is_short check (octet_length(subject) between 1 and 255)
);

-- HMAC keys as their inner and outer pads (RFC 2104), so that a MAC costs two built-in sha256 calls.
-- 'token': shared with the service, which mints tokens that only enter() accepts.
-- 'seal': known to the database alone, for the context that every policy believes.
create table ringfence.keys (
    purpose   text        not null,
    kid       integer     not null,
    inner_pad bytea       not null,
    outer_pad bytea       not null,
    made_at   timestamptz not null default transaction_timestamp(),
    retired_at timestamptz,
    constraint keys_pkey primary key (purpose, kid),
    constraint keys_purpose_is_known check (purpose in ('token', 'seal')),
    constraint keys_pads_are_a_sha256_block check (octet_length(inner_pad) = 64 and octet_length(outer_pad) = 64)
);
-- The seal lives no longer than a transaction, so one key at a time is enough and costs no look-up.
create unique index keys_one_live_seal_key on ringfence.keys (purpose) where purpose = 'seal' and retired_at is null;

create table ringfence.reporting_logins (
    login      name        not null,
    tenant_id  uuid        not null,
    created_at timestamptz not null default transaction_timestamp(),
    constraint reporting_logins_pkey primary key (login),
    constraint reporting_logins_tenant_fkey foreign key (tenant_id) references ringfence.tenants
);
create index reporting_logins_tenant_idx on ringfence.reporting_logins (tenant_id);

alter table ringfence.tenants alter column name set statistics 0;
alter table ringfence.identities alter column issuer set statistics 0, alter column subject set statistics 0;
alter table ringfence.keys alter column inner_pad set statistics 0, alter column outer_pad set statistics 0;
