-- What a caller may show instead of an issuer's token, and what a member may be besides the roles that everybody knows:
-- sessions of people, tokens of programs, roles that a tenant defines, and roles granted for hours.

-- By whose sign-ins people come in; null: those of every issuer that the installation trusts.
alter table ringfence.tenants
    add column required_issuers text[],
    add constraint tenants_required_issuers_are_some check (cardinality(required_issuers) between 1 and 20 and array_position(required_issuers, null) is null),
    alter column required_issuers set statistics 0;

-- Foreign keys compare past row security once FORCE is lifted; the rows that are there have nothing to hide from their owner.
alter table ringfence.contacts no force row level security;
alter table ringfence.members no force row level security;
-- A contact that stands for another tenant is nobody's place: no member can be one.
alter table ringfence.contacts
    add column is_partner boolean not null default false,
    add constraint contacts_partner_key unique (tenant_id, contact_id, is_partner);
alter table ringfence.members
    -- A role of the tenant's own making.
    add column role_id uuid,
    -- Until when a granted role may stand in for this one; whether it still does, the grant itself says at each entry.
    add column elevated_until timestamptz,
    add column is_partner boolean not null default false,
    add constraint members_are_no_partners check (not is_partner),
    drop constraint members_contact_fkey,
    add constraint members_contact_fkey foreign key (tenant_id, member_id, is_partner) references ringfence.contacts (tenant_id, contact_id, is_partner),
    -- For rows that repeat their member's role, because a door asks for it.
    add constraint members_role_key unique (tenant_id, member_id, role),
    drop constraint members_role_is_known,
    add constraint members_role_is_known check (role in ('owner', 'admin', 'agent', 'light_agent', 'requester', 'auditor', 'service', 'custom', 'guest')),
    add constraint members_custom_has_role_id check ((role = 'custom') = (role_id is not null));
alter table ringfence.contacts force row level security;
alter table ringfence.members force row level security;

-- What a member may do in a group: `overview` is a ticket's fields, `read` its comments too, `full` everything. Whoever creates
-- or changes there sees it, or they would write what they may not read.
alter table ringfence.group_members
    add column access text[] not null default '{full}',
    add constraint group_members_access_sees check (access && array['read', 'overview', 'full']),
    add constraint group_members_access_is_known check (access <@ array['read', 'create', 'change', 'overview', 'full'] and access <> '{}');

-- Who acts, and the member whose rights were exercised where another one acted.
alter table ringfence.audit_inbox
    alter column actor_id set default nullif(current_setting('app.actor_id', true), '')::uuid,
    alter column on_behalf_of set default nullif(nullif(current_setting('app.member_id', true), current_setting('app.actor_id', true)), '')::uuid,
    drop constraint audit_inbox_actor_kind_is_known,
    add constraint audit_inbox_actor_kind_is_known check (actor_kind in ('user', 'service', 'operator', 'crossing', 'nobody'));

-- Kept answers are of somebody who asked for themselves or for another, with the rights of that moment. Those kept until now
-- say nothing of rights, so nobody gets them any more.
alter table ringfence.idempotency_keys no force row level security;
delete from ringfence.idempotency_keys;
alter table ringfence.idempotency_keys
    add column subject_id uuid not null,
    add column rights bytea not null,
    add constraint idempotency_keys_rights_are_sha256 check (octet_length(rights) = 32),
    drop constraint idempotency_keys_pkey,
    add constraint idempotency_keys_pkey primary key (tenant_id, member_id, subject_id, route, key);
alter table ringfence.idempotency_keys alter column rights set statistics 0;
alter table ringfence.idempotency_keys force row level security;

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
    constraint api_tokens_expire check (expires_at > created_at and expires_at <= created_at + interval '367 days')
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
