-- What a tenant's identity provider provisions: its users and groups as SCIM (RFC 7643) has them, tied to members and groups.

-- Whether provisioning made the membership: it changes and ends no other.
alter table ringfence.members add column provisioned boolean not null default false;

-- Whose tokens the users provisioned bring, and what they become.
create table ringfence.provisioning_settings (
    tenant_id    uuid        not null,
    issuer       text        not null,
    default_role text        not null,
    -- From a role of the provider's to one of here; of several the one with most rights.
    role_map     jsonb       not null,
    version      integer     not null default 1,
    created_at   timestamptz not null default transaction_timestamp(),
    updated_at   timestamptz not null default transaction_timestamp(),
    constraint provisioning_settings_pkey primary key (tenant_id),
    constraint provisioning_settings_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint provisioning_settings_issuer_is_short check (char_length(issuer) between 1 and 500),
    constraint provisioning_settings_role_may_be_given check (default_role in ('agent', 'light_agent', 'requester')),
    constraint provisioning_settings_map_gives_roles check (jsonb_typeof(role_map) = 'object'
        and not jsonb_path_exists(role_map, 'strict $.* ? (@.type() != "string" || (@ != "agent" && @ != "light_agent" && @ != "requester"))'))
);

create table ringfence.scim_users (
    tenant_id     uuid        not null,
    scim_user_id  uuid        not null,
    -- The person, who stays when the user goes, and is the same when they return. The member of this id is theirs.
    contact_id    uuid        not null,
    user_name     text        not null,
    user_name_key text        generated always as (lower(user_name)) stored,
    external_id   text,
    -- Null: nobody says so, and nobody enters by it.
    active        boolean,
    -- Whose tokens let them in: the provider's issuer, and there the external id, or the user name where there is none.
    issuer        text        not null,
    subject       text        not null,
    -- What the provider's roles make of them, by the settings at the last change.
    role          text        not null,
    -- Whether a group ever held them. From then on an agent without a group works in none, not in all: losing a group gives nothing.
    grouped       boolean     not null default false,
    -- The rest of the resource, validated.
    attributes    jsonb       not null,
    version       integer     not null default 1,
    created_at    timestamptz not null default transaction_timestamp(),
    updated_at    timestamptz not null default transaction_timestamp(),
    constraint scim_users_pkey primary key (tenant_id, scim_user_id),
    constraint scim_users_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint scim_users_contact_fkey foreign key (tenant_id, contact_id) references ringfence.contacts,
    constraint scim_users_contact_key unique (tenant_id, contact_id),
    constraint scim_users_user_name_key unique (tenant_id, user_name_key),
    constraint scim_users_external_key unique (tenant_id, external_id),
    constraint scim_users_user_name_is_short check (char_length(user_name) between 1 and 255),
    constraint scim_users_subject_is_short check (octet_length(subject) between 1 and 255),
    constraint scim_users_role_may_be_given check (role in ('agent', 'light_agent', 'requester'))
);
create index scim_users_created_idx on ringfence.scim_users (tenant_id, created_at, scim_user_id);

-- A group of the provider's, and the queue that it works. Deleted there while tickets stand in the queue, the queue stays.
create table ringfence.scim_groups (
    tenant_id     uuid        not null,
    scim_group_id uuid        not null,
    group_id      uuid        not null,
    display_name  text        not null,
    external_id   text,
    version       integer     not null default 1,
    created_at    timestamptz not null default transaction_timestamp(),
    updated_at    timestamptz not null default transaction_timestamp(),
    constraint scim_groups_pkey primary key (tenant_id, scim_group_id),
    constraint scim_groups_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint scim_groups_group_fkey foreign key (tenant_id, group_id) references ringfence.groups,
    constraint scim_groups_group_key unique (tenant_id, group_id),
    constraint scim_groups_external_key unique (tenant_id, external_id)
);
create index scim_groups_created_idx on ringfence.scim_groups (tenant_id, created_at, scim_group_id);

create table ringfence.scim_group_members (
    tenant_id     uuid not null,
    scim_group_id uuid not null,
    scim_user_id  uuid not null,
    constraint scim_group_members_pkey primary key (tenant_id, scim_group_id, scim_user_id),
    constraint scim_group_members_group_fkey foreign key (tenant_id, scim_group_id) references ringfence.scim_groups,
    constraint scim_group_members_user_fkey foreign key (tenant_id, scim_user_id) references ringfence.scim_users
);
create index scim_group_members_user_idx on ringfence.scim_group_members (tenant_id, scim_user_id);

-- Statistics are kept over all tenants and shown by EXPLAIN: none of what a person wrote.
alter table ringfence.provisioning_settings alter column issuer set statistics 0, alter column default_role set statistics 0,
    alter column role_map set statistics 0;
alter table ringfence.scim_users alter column user_name set statistics 0, alter column user_name_key set statistics 0,
    alter column external_id set statistics 0, alter column issuer set statistics 0, alter column subject set statistics 0,
    alter column role set statistics 0, alter column attributes set statistics 0;
alter table ringfence.scim_groups alter column display_name set statistics 0, alter column external_id set statistics 0;
