-- What a caller may show instead of an issuer's token, and what a member may be besides the roles that everybody knows:
-- sessions of people, tokens of programs, roles that a tenant defines, and roles granted for hours.

-- A person signed in with a browser. Belongs to an identity, so to no tenant: which tenants it opens is asked at each entry.
create table ringfence.sessions (
    session_id        uuid        not null,
    -- HMAC-SHA256 of the cookie's secret, under a key of the service: the secret itself is nowhere.
    session_hash      bytea       not null,
    identity_id       uuid        not null,
    -- What the issuer calls this session (`sid`), for its back-channel logout; its ID token, for ours.
    issuer_session_id text,
    id_token          text,
    acr               text,
    -- The address that the issuer called verified at this sign-in; it invites, and names nobody.
    verified_email    text,
    authenticated_at  timestamptz not null,
    created_at        timestamptz not null default transaction_timestamp(),
    last_seen_at      timestamptz not null default transaction_timestamp(),
    idle_expires_at   timestamptz not null,
    expires_at        timestamptz not null,
    ended_at          timestamptz,
    constraint sessions_pkey primary key (session_id),
    constraint sessions_hash_key unique (session_hash),
    constraint sessions_identity_fkey foreign key (identity_id) references ringfence.identities,
    constraint sessions_hash_is_sha256 check (octet_length(session_hash) = 32)
);
create index sessions_identity_idx on ringfence.sessions (identity_id);

-- A program's key to one tenant, with at most its owner's rights.
create table ringfence.api_tokens (
    tenant_id    uuid        not null,
    api_token_id uuid        not null,
    member_id    uuid        not null,
    -- Repeats the owner's role: whoever manages tokens makes those of services, and nobody makes another person's.
    member_role  text        not null,
    name         text        not null,
    token_hash   bytea       not null,
    scopes       text[]      not null,
    created_by   uuid        not null,
    created_at   timestamptz not null default transaction_timestamp(),
    expires_at   timestamptz not null,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    constraint api_tokens_pkey primary key (tenant_id, api_token_id),
    constraint api_tokens_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint api_tokens_hash_key unique (tenant_id, token_hash),
    -- Goes with its owner's membership: whoever comes back gets new ones.
    constraint api_tokens_member_fkey foreign key (tenant_id, member_id, member_role) references ringfence.members (tenant_id, member_id, role) on update cascade,
    constraint api_tokens_created_by_fkey foreign key (tenant_id, created_by) references ringfence.contacts,
    -- Nobody's role becomes a service's for as long as it takes to make a token that then speaks as that person.
    constraint api_tokens_of_others_are_services check (member_role = 'service' or created_by = member_id),
    constraint api_tokens_hash_is_sha256 check (octet_length(token_hash) = 32),
    constraint api_tokens_name_is_short check (char_length(name) between 1 and 200),
    constraint api_tokens_scopes_are_names check (array_to_string(scopes, ',') ~ '^[a-z_.,]*$'),
    constraint api_tokens_expire check (expires_at > created_at)
);
create index api_tokens_member_idx on ringfence.api_tokens (tenant_id, member_id, member_role);
create index api_tokens_created_by_idx on ringfence.api_tokens (tenant_id, created_by);
create index api_tokens_created_idx on ringfence.api_tokens (tenant_id, created_at, api_token_id);

-- A role of a tenant's own making: a set of permissions under a name.
create table ringfence.tenant_roles (
    tenant_id   uuid        not null,
    role_id     uuid        not null,
    name        text        not null,
    permissions text[]      not null,
    version     integer     not null default 1,
    created_at  timestamptz not null default transaction_timestamp(),
    updated_at  timestamptz not null default transaction_timestamp(),
    constraint tenant_roles_pkey primary key (tenant_id, role_id),
    constraint tenant_roles_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint tenant_roles_name_key unique (tenant_id, name),
    constraint tenant_roles_name_is_short check (char_length(name) between 1 and 200),
    constraint tenant_roles_permissions_are_names check (array_to_string(permissions, ',') ~ '^[a-z_.,]*$'),
    -- Whoever may give an admin's rights may give any role of the tenant, so none reaches further.
    constraint tenant_roles_stay_below_owner check (not permissions && array['owner.manage', 'break_glass.grant', 'agreement.manage', 'act_as', 'provision.manage', 'ticket.import'])
);
create index tenant_roles_created_idx on ringfence.tenant_roles (tenant_id, created_at, role_id);

-- A role for hours, for one person, with a reason: breaking the glass.
create table ringfence.break_glass_grants (
    tenant_id  uuid        not null,
    grant_id   uuid        not null,
    member_id  uuid        not null,
    role       text        not null,
    reason     text        not null,
    granted_by uuid        not null,
    created_at timestamptz not null default transaction_timestamp(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    constraint break_glass_grants_pkey primary key (tenant_id, grant_id),
    constraint break_glass_grants_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint break_glass_grants_member_fkey foreign key (tenant_id, member_id) references ringfence.contacts,
    constraint break_glass_grants_granted_by_fkey foreign key (tenant_id, granted_by) references ringfence.contacts,
    constraint break_glass_grants_role_is_known check (role in ('admin', 'agent', 'light_agent', 'auditor')),
    constraint break_glass_grants_reason_is_told check (char_length(reason) between 10 and 1000),
    constraint break_glass_grants_last_hours check (expires_at > created_at and expires_at <= created_at + interval '24 hours')
);
create index break_glass_grants_member_idx on ringfence.break_glass_grants (tenant_id, member_id);
create index break_glass_grants_granted_by_idx on ringfence.break_glass_grants (tenant_id, granted_by);
create index break_glass_grants_created_idx on ringfence.break_glass_grants (tenant_id, created_at, grant_id);

alter table ringfence.members add constraint members_role_fkey foreign key (tenant_id, role_id) references ringfence.tenant_roles;
create index members_role_idx on ringfence.members (tenant_id, role_id);

alter table ringfence.sessions alter column session_hash set statistics 0, alter column issuer_session_id set statistics 0,
    alter column id_token set statistics 0, alter column acr set statistics 0, alter column verified_email set statistics 0;
alter table ringfence.api_tokens alter column member_role set statistics 0, alter column name set statistics 0, alter column token_hash set statistics 0, alter column scopes set statistics 0;
alter table ringfence.tenant_roles alter column name set statistics 0, alter column permissions set statistics 0;
alter table ringfence.break_glass_grants alter column role set statistics 0, alter column reason set statistics 0;
alter table ringfence.group_members alter column access set statistics 0;
