-- The people of a tenant. A contact is a person; a member is a contact who signs in, under the same id,
-- so that requester_id means one thing however a person came.

create table ringfence.organizations (
    tenant_id       uuid        not null,
    organization_id uuid        not null,
    name            text        not null,
    external_source text,
    external_id     text,
    version         integer     not null default 1,
    created_at      timestamptz not null default transaction_timestamp(),
    updated_at      timestamptz not null default transaction_timestamp(),
    constraint organizations_pkey primary key (tenant_id, organization_id),
    constraint organizations_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint organizations_name_key unique (tenant_id, name),
    constraint organizations_external_key unique (tenant_id, external_source, external_id),
    constraint organizations_name_is_short check (char_length(name) between 1 and 200),
    constraint organizations_external_is_whole check ((external_source is null) = (external_id is null))
);

create table ringfence.contacts (
    tenant_id       uuid        not null,
    contact_id      uuid        not null,
    name            text        not null,
    email           text,
    -- Lower-cased once here: lower() under row security never becomes an index condition.
    email_key       text        generated always as (lower(email)) stored,
    organization_id uuid,
    -- Whose record this is, once provisioned: written by the owner's functions alone, so that nobody takes another's place.
    identity_id     uuid,
    external_source text,
    external_id     text,
    version         integer     not null default 1,
    created_at      timestamptz not null default transaction_timestamp(),
    updated_at      timestamptz not null default transaction_timestamp(),
    constraint contacts_pkey primary key (tenant_id, contact_id),
    constraint contacts_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint contacts_organization_fkey foreign key (tenant_id, organization_id) references ringfence.organizations,
    constraint contacts_email_key unique (tenant_id, email_key),
    constraint contacts_identity_key unique (tenant_id, identity_id),
    constraint contacts_external_key unique (tenant_id, external_source, external_id),
    constraint contacts_name_is_short check (char_length(name) between 1 and 200),
    constraint contacts_email_is_short check (char_length(email) between 3 and 320),
    constraint contacts_external_is_whole check ((external_source is null) = (external_id is null))
);
create index contacts_organization_idx on ringfence.contacts (tenant_id, organization_id);

create table ringfence.members (
    tenant_id   uuid        not null,
    member_id   uuid        not null,
    identity_id uuid        not null,
    role        text        not null,
    -- A service's rights, named one by one; every other role has those of policies/functions/permissions.sql.
    permissions text[],
    version     integer     not null default 1,
    created_at  timestamptz not null default transaction_timestamp(),
    updated_at  timestamptz not null default transaction_timestamp(),
    constraint members_pkey primary key (tenant_id, member_id),
    constraint members_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint members_contact_fkey foreign key (tenant_id, member_id) references ringfence.contacts,
    constraint members_identity_key unique (tenant_id, identity_id),
    constraint members_role_is_known check (role in ('owner', 'admin', 'agent', 'light_agent', 'requester', 'auditor', 'service')),
    constraint members_service_has_permissions check ((role = 'service') = (permissions is not null)),
    constraint members_permissions_are_names check (array_to_string(permissions, ',') ~ '^[a-z_.,]*$')
);

-- Which tenants an identity may try to enter; asked before any tenant is known, so ids alone.
create table ringfence.memberships (
    identity_id uuid not null,
    tenant_id   uuid not null,
    constraint memberships_pkey primary key (identity_id, tenant_id),
    constraint memberships_member_fkey foreign key (tenant_id, identity_id) references ringfence.members (tenant_id, identity_id),
    constraint memberships_identity_fkey foreign key (identity_id) references ringfence.identities
);
create index memberships_tenant_idx on ringfence.memberships (tenant_id, identity_id);

create table ringfence.groups (
    tenant_id  uuid        not null,
    group_id   uuid        not null,
    name       text        not null,
    version    integer     not null default 1,
    created_at timestamptz not null default transaction_timestamp(),
    updated_at timestamptz not null default transaction_timestamp(),
    constraint groups_pkey primary key (tenant_id, group_id),
    constraint groups_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint groups_name_key unique (tenant_id, name),
    constraint groups_name_is_short check (char_length(name) between 1 and 200)
);

create table ringfence.group_members (
    tenant_id uuid not null,
    member_id uuid not null,
    group_id  uuid not null,
    constraint group_members_pkey primary key (tenant_id, member_id, group_id),
    constraint group_members_member_fkey foreign key (tenant_id, member_id) references ringfence.members,
    constraint group_members_group_fkey foreign key (tenant_id, group_id) references ringfence.groups
);
create index group_members_group_idx on ringfence.group_members (tenant_id, group_id);

-- Statistics are kept over all tenants and shown by EXPLAIN: none of what a person wrote.
alter table ringfence.organizations alter column name set statistics 0, alter column external_source set statistics 0,
    alter column external_id set statistics 0;
alter table ringfence.contacts alter column name set statistics 0, alter column email set statistics 0,
    alter column email_key set statistics 0, alter column external_source set statistics 0, alter column external_id set statistics 0;
alter table ringfence.groups alter column name set statistics 0;
create index organizations_created_idx on ringfence.organizations (tenant_id, created_at, organization_id);
create index contacts_created_idx on ringfence.contacts (tenant_id, created_at, contact_id);
create index members_created_idx on ringfence.members (tenant_id, created_at, member_id);
create index groups_created_idx on ringfence.groups (tenant_id, created_at, group_id);
