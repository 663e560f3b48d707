-- Tickets and what hangs from them. What a door needs stands on the row: a child carries its ticket's requester and
-- group, held to the ticket by a composite foreign key, because a door may not look at another table.

-- The next free number; blocks are reserved in a short transaction of their own, so gaps are normal.
create table ringfence.ticket_counters (
    tenant_id uuid   not null,
    last      bigint not null default 0,
    constraint ticket_counters_pkey primary key (tenant_id),
    constraint ticket_counters_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint ticket_counters_last_is_positive check (last >= 0)
);

create table ringfence.tickets (
    tenant_id       uuid        not null,
    ticket_id       uuid        not null,
    number          bigint      not null,
    subject         text        not null,
    status          text        not null default 'new',
    priority        text        not null default 'normal',
    type            text        not null default 'question',
    tags            text[]      not null default '{}',
    requester_id    uuid        not null,
    assignee_id     uuid,
    group_id        uuid,
    -- A foreign key over a null holds nothing; children reference this instead of group_id.
    group_key       uuid        not null generated always as (coalesce(group_id, '00000000-0000-0000-0000-000000000000')) stored,
    organization_id uuid,
    external_source text,
    external_id     text,
    version         integer     not null default 1,
    created_at      timestamptz not null default transaction_timestamp(),
    updated_at      timestamptz not null default transaction_timestamp(),
    closed_at       timestamptz,
    constraint tickets_pkey primary key (tenant_id, ticket_id),
    constraint tickets_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint tickets_number_key unique (tenant_id, number),
    constraint tickets_external_key unique (tenant_id, external_source, external_id),
    constraint tickets_doors_key unique (tenant_id, ticket_id, requester_id, group_key),
    constraint tickets_requester_fkey foreign key (tenant_id, requester_id) references ringfence.contacts,
    constraint tickets_assignee_fkey foreign key (tenant_id, assignee_id) references ringfence.members,
    constraint tickets_group_fkey foreign key (tenant_id, group_id) references ringfence.groups,
    constraint tickets_organization_fkey foreign key (tenant_id, organization_id) references ringfence.organizations,
    constraint tickets_number_is_positive check (number > 0),
    constraint tickets_subject_is_short check (char_length(subject) between 1 and 500),
    constraint tickets_status_is_known check (status in ('new', 'open', 'pending', 'on_hold', 'solved', 'closed')),
    constraint tickets_priority_is_known check (priority in ('low', 'normal', 'high', 'urgent')),
    constraint tickets_type_is_known check (type in ('question', 'incident', 'problem', 'task')),
    constraint tickets_tags_are_few check (cardinality(tags) <= 50),
    constraint tickets_external_is_whole check ((external_source is null) = (external_id is null)),
    constraint tickets_closed_has_closed_at check ((status = 'closed') = (closed_at is not null))
);
create index tickets_updated_idx on ringfence.tickets (tenant_id, updated_at desc, ticket_id desc);
create index tickets_created_idx on ringfence.tickets (tenant_id, created_at desc, ticket_id desc);
create index tickets_requester_idx on ringfence.tickets (tenant_id, requester_id, updated_at desc, ticket_id desc);
create index tickets_group_idx on ringfence.tickets (tenant_id, group_id, updated_at desc, ticket_id desc);
create index tickets_assignee_idx on ringfence.tickets (tenant_id, assignee_id, updated_at desc, ticket_id desc);
create index tickets_organization_idx on ringfence.tickets (tenant_id, organization_id, updated_at desc, ticket_id desc);

create table ringfence.comments (
    tenant_id    uuid        not null,
    comment_id   uuid        not null,
    ticket_id    uuid        not null,
    requester_id uuid        not null,
    group_key    uuid        not null,
    author_id    uuid        not null,
    visibility   text        not null,
    body         text        not null,
    external_id  text,
    created_at   timestamptz not null default transaction_timestamp(),
    constraint comments_pkey primary key (tenant_id, comment_id),
    constraint comments_ticket_fkey foreign key (tenant_id, ticket_id, requester_id, group_key)
        references ringfence.tickets (tenant_id, ticket_id, requester_id, group_key) on update cascade,
    constraint comments_author_fkey foreign key (tenant_id, author_id) references ringfence.contacts,
    constraint comments_external_key unique (tenant_id, ticket_id, external_id),
    constraint comments_visibility_is_known check (visibility in ('public', 'internal')),
    constraint comments_body_is_bounded check (octet_length(body) between 1 and 65536)
);
create index comments_ticket_idx on ringfence.comments (tenant_id, ticket_id, created_at, comment_id);
create index comments_author_idx on ringfence.comments (tenant_id, author_id);

-- The ticket's history for people; the audit is another thing.
create table ringfence.ticket_events (
    tenant_id       uuid        not null,
    ticket_event_id uuid        not null,
    ticket_id       uuid        not null,
    requester_id    uuid        not null,
    group_key       uuid        not null,
    actor_id        uuid        not null,
    kind            text        not null,
    visibility      text        not null,
    version         integer     not null,
    changes         jsonb       not null default '{}',
    created_at      timestamptz not null default transaction_timestamp(),
    constraint ticket_events_pkey primary key (tenant_id, ticket_event_id),
    constraint ticket_events_ticket_fkey foreign key (tenant_id, ticket_id, requester_id, group_key)
        references ringfence.tickets (tenant_id, ticket_id, requester_id, group_key) on update cascade,
    constraint ticket_events_actor_fkey foreign key (tenant_id, actor_id) references ringfence.contacts,
    constraint ticket_events_kind_is_known check (kind in ('ticket.created', 'ticket.updated', 'ticket.assigned', 'ticket.status_set', 'comment.created')),
    constraint ticket_events_visibility_is_known check (visibility in ('public', 'internal'))
);
create index ticket_events_ticket_idx on ringfence.ticket_events (tenant_id, ticket_id, created_at, ticket_event_id);

-- The words in use, for completion while typing.
create table ringfence.tags (
    tenant_id uuid not null,
    tag       text not null,
    constraint tags_pkey primary key (tenant_id, tag),
    constraint tags_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint tags_tag_is_a_word check (tag ~ '^[^\s,]{1,64}$')
);

alter table ringfence.tickets alter column subject set statistics 0, alter column tags set statistics 0,
    alter column external_source set statistics 0, alter column external_id set statistics 0;
alter table ringfence.comments alter column body set statistics 0, alter column external_id set statistics 0;
alter table ringfence.ticket_events alter column changes set statistics 0;
alter table ringfence.tags alter column tag set statistics 0;
