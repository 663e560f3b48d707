-- Signing in by an issuer's page, and being invited. Sessions themselves stand with the other credentials.

-- A sign-in between the way out and the way back. Neither state, nonce nor code verifier is kept: they follow from the secret
-- in the browser's cookie, of which this is the keyed hash.
create table ringfence.sign_in_attempts (
    attempt_hash bytea       not null,
    issuer       text        not null,
    return_to    text        not null,
    tenant_id    uuid,
    -- Seconds, and a word of the issuer's: what the sign-in was asked to come to.
    max_age      integer,
    acr          text,
    created_at   timestamptz not null default transaction_timestamp(),
    expires_at   timestamptz not null,
    constraint sign_in_attempts_pkey primary key (attempt_hash),
    constraint sign_in_attempts_hash_is_sha256 check (octet_length(attempt_hash) = 32),
    constraint sign_in_attempts_issuer_is_short check (char_length(issuer) between 1 and 500),
    constraint sign_in_attempts_return_to_is_short check (char_length(return_to) between 1 and 2000),
    constraint sign_in_attempts_max_age_is_positive check (max_age > 0)
);
create index sign_in_attempts_expires_idx on ringfence.sign_in_attempts (expires_at);

-- Logout tokens that were obeyed, until they expire: each is good once.
create table ringfence.logout_tokens (
    issuer     text        not null,
    token_id   text        not null,
    expires_at timestamptz not null,
    constraint logout_tokens_pkey primary key (issuer, token_id),
    constraint logout_tokens_issuer_is_short check (char_length(issuer) between 1 and 500),
    constraint logout_tokens_token_id_is_short check (char_length(token_id) between 1 and 255)
);
create index logout_tokens_expires_idx on ringfence.logout_tokens (expires_at);

alter table ringfence.sign_in_attempts alter column attempt_hash set statistics 0, alter column issuer set statistics 0,
    alter column return_to set statistics 0, alter column acr set statistics 0;
alter table ringfence.logout_tokens alter column issuer set statistics 0, alter column token_id set statistics 0;

-- Compared by If-Match where somebody changes by which issuers the tenant is entered.
alter table ringfence.tenants add column sign_in_version integer not null default 1;

-- A place for whoever proves to hold an address: once, and not for long. The secret is shown once; this is its keyed hash.
create table ringfence.invitations (
    tenant_id     uuid        not null,
    invitation_id uuid        not null,
    secret_hash   bytea       not null,
    email         text        not null,
    name          text        not null,
    role          text        not null,
    invited_by    uuid        not null,
    version       integer     not null default 1,
    created_at    timestamptz not null default transaction_timestamp(),
    expires_at    timestamptz not null,
    accepted_at   timestamptz,
    accepted_by   uuid,
    revoked_at    timestamptz,
    constraint invitations_pkey primary key (tenant_id, invitation_id),
    constraint invitations_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint invitations_secret_key unique (tenant_id, secret_hash),
    constraint invitations_invited_by_fkey foreign key (tenant_id, invited_by) references ringfence.contacts,
    constraint invitations_accepted_by_fkey foreign key (tenant_id, accepted_by) references ringfence.contacts,
    constraint invitations_hash_is_sha256 check (octet_length(secret_hash) = 32),
    constraint invitations_email_is_short check (char_length(email) between 3 and 320),
    constraint invitations_name_is_short check (char_length(name) between 1 and 200),
    constraint invitations_role_is_a_persons check (role in ('owner', 'admin', 'agent', 'light_agent', 'requester', 'auditor')),
    constraint invitations_accepted_by_somebody check ((accepted_at is null) = (accepted_by is null)),
    constraint invitations_end_once check (accepted_at is null or revoked_at is null),
    constraint invitations_last_days check (expires_at > created_at and expires_at <= created_at + interval '30 days')
);
create index invitations_created_idx on ringfence.invitations (tenant_id, created_at, invitation_id);
create index invitations_invited_by_idx on ringfence.invitations (tenant_id, invited_by);
create index invitations_accepted_by_idx on ringfence.invitations (tenant_id, accepted_by);

alter table ringfence.invitations alter column secret_hash set statistics 0, alter column email set statistics 0, alter column name set statistics 0,
    alter column role set statistics 0;
