-- Crossing: what two tenants have agreed may go from one to the other, and what went. Each side has rows of its own under the
-- same ids; nothing refers across. What is under way stands in the queue, by ids alone.

create table ringfence.agreements (
    tenant_id            uuid        not null,
    agreement_id         uuid        not null,
    -- As the proposal named it. The id is known once the other side has spoken; a proposal to nobody keeps none for ever.
    partner_slug         text        not null,
    partner_id           uuid,
    proposed_here        boolean     not null default true,
    direction            text        not null,
    actions              text[]      not null,
    fields               text[]      not null,
    expires_at           timestamptz not null,
    consented_by         uuid,
    -- Who proposes consents; what came from the other side waits for an owner here.
    consented_at         timestamptz default transaction_timestamp(),
    partner_consented_at timestamptz,
    revoked_by           uuid,
    revoked_at           timestamptz,
    partner_revoked_at   timestamptz,
    -- Who stands for the partner on what comes in; made when the first thing does.
    contact_id           uuid,
    version              integer     not null default 1,
    created_at           timestamptz not null default transaction_timestamp(),
    updated_at           timestamptz not null default transaction_timestamp(),
    constraint agreements_pkey primary key (tenant_id, agreement_id),
    constraint agreements_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint agreements_consented_by_fkey foreign key (tenant_id, consented_by) references ringfence.contacts,
    constraint agreements_revoked_by_fkey foreign key (tenant_id, revoked_by) references ringfence.contacts,
    constraint agreements_contact_fkey foreign key (tenant_id, contact_id) references ringfence.contacts,
    constraint agreements_partner_slug_is_a_label check (partner_slug ~ '^[a-z][a-z0-9-]{1,38}[a-z0-9]$'),
    constraint agreements_partner_is_another check (partner_id <> tenant_id),
    constraint agreements_partner_is_known_before_it_counts check (partner_consented_at is null or partner_id is not null),
    constraint agreements_direction_is_known check (direction in ('outgoing', 'incoming', 'both')),
    constraint agreements_actions_are_known check (cardinality(actions) between 1 and 2 and array_ndims(actions) = 1 and actions <@ array['ticket.escalate', 'comment.share']),
    constraint agreements_fields_are_known check (fields <@ array['subject', 'body', 'priority', 'type', 'tags', 'requester_name', 'requester_email']
        and cardinality(fields) <= 7 and coalesce(array_ndims(fields), 1) = 1),
    constraint agreements_consent_is_somebodys check ((consented_by is null) = (consented_at is null)),
    constraint agreements_revocation_is_somebodys check ((revoked_by is null) = (revoked_at is null))
);
create index agreements_created_idx on ringfence.agreements (tenant_id, created_at, agreement_id);

-- A ticket that went over, on the side it left and on the side it came to, under one id. Pending, it is the intent itself.
create table ringfence.ticket_links (
    tenant_id       uuid        not null,
    link_id         uuid        not null,
    agreement_id    uuid        not null,
    ticket_id       uuid        not null,
    requester_id    uuid        not null,
    group_key       uuid        not null,
    direction       text        not null default 'outgoing',
    state           text        not null default 'pending',
    reason          text,
    -- The member who sent it; of what came in, nobody here.
    created_by      uuid,
    -- What came along of the person who asked, where the agreement lets it.
    requester_name  text,
    requester_email text,
    created_at      timestamptz not null default transaction_timestamp(),
    settled_at      timestamptz,
    -- What was refused may be sent again.
    standing        uuid        generated always as (case when state <> 'refused' then ticket_id end) stored,
    constraint ticket_links_pkey primary key (tenant_id, link_id),
    constraint ticket_links_standing_key unique (tenant_id, agreement_id, standing),
    constraint ticket_links_ticket_key unique (tenant_id, link_id, ticket_id),
    constraint ticket_links_agreement_fkey foreign key (tenant_id, agreement_id) references ringfence.agreements,
    constraint ticket_links_ticket_fkey foreign key (tenant_id, ticket_id, requester_id, group_key)
        references ringfence.tickets (tenant_id, ticket_id, requester_id, group_key) on update cascade,
    constraint ticket_links_created_by_fkey foreign key (tenant_id, created_by) references ringfence.contacts,
    constraint ticket_links_direction_is_known check (direction in ('outgoing', 'incoming')),
    constraint ticket_links_state_is_known check (state in ('pending', 'delivered', 'refused')),
    constraint ticket_links_settled_has_settled_at check ((state = 'pending') = (settled_at is null)),
    constraint ticket_links_refused_has_reason check ((state = 'refused') = (reason is not null)),
    constraint ticket_links_outgoing_is_somebodys check ((direction = 'outgoing') = (created_by is not null))
);
create index ticket_links_ticket_idx on ringfence.ticket_links (tenant_id, ticket_id, created_at, link_id);

-- A comment that went over on a linked ticket, on both sides under one id.
create table ringfence.comment_shares (
    tenant_id    uuid        not null,
    share_id     uuid        not null,
    link_id      uuid        not null,
    comment_id   uuid        not null,
    ticket_id    uuid        not null,
    requester_id uuid        not null,
    group_key    uuid        not null,
    direction    text        not null default 'outgoing',
    state        text        not null default 'pending',
    reason       text,
    created_by   uuid,
    created_at   timestamptz not null default transaction_timestamp(),
    settled_at   timestamptz,
    standing     uuid        generated always as (case when state <> 'refused' then comment_id end) stored,
    constraint comment_shares_pkey primary key (tenant_id, share_id),
    constraint comment_shares_standing_key unique (tenant_id, link_id, standing),
    constraint comment_shares_link_fkey foreign key (tenant_id, link_id, ticket_id) references ringfence.ticket_links (tenant_id, link_id, ticket_id),
    constraint comment_shares_comment_fkey foreign key (tenant_id, comment_id) references ringfence.comments,
    constraint comment_shares_ticket_fkey foreign key (tenant_id, ticket_id, requester_id, group_key)
        references ringfence.tickets (tenant_id, ticket_id, requester_id, group_key) on update cascade,
    constraint comment_shares_created_by_fkey foreign key (tenant_id, created_by) references ringfence.contacts,
    constraint comment_shares_direction_is_known check (direction in ('outgoing', 'incoming')),
    constraint comment_shares_state_is_known check (state in ('pending', 'delivered', 'refused')),
    constraint comment_shares_settled_has_settled_at check ((state = 'pending') = (settled_at is null)),
    constraint comment_shares_refused_has_reason check ((state = 'refused') = (reason is not null)),
    constraint comment_shares_outgoing_is_somebodys check ((direction = 'outgoing') = (created_by is not null))
);
create index comment_shares_comment_idx on ringfence.comment_shares (tenant_id, comment_id, created_at, share_id);

-- What is to be carried over, for the dispatcher to find without entering a tenant: ids and times. `claim` is the only letter
-- about it that counts; whoever takes it up again, or calls it off, puts another in its place.
create table ringfence.crossing_queue (
    tenant_id    uuid        not null,
    intent_id    uuid        not null,
    agreement_id uuid        not null,
    kind         text        not null,
    claim        uuid,
    attempts     integer     not null default 0,
    due_at       timestamptz not null default transaction_timestamp(),
    constraint crossing_queue_pkey primary key (tenant_id, intent_id),
    constraint crossing_queue_tenant_fkey foreign key (tenant_id) references ringfence.tenants,
    constraint crossing_queue_kind_is_known check (kind in ('agreement', 'ticket', 'comment'))
);
create index crossing_queue_due_idx on ringfence.crossing_queue (due_at);
create index crossing_queue_agreement_idx on ringfence.crossing_queue (tenant_id, agreement_id);

alter table ringfence.agreements alter column partner_slug set statistics 0, alter column direction set statistics 0,
    alter column actions set statistics 0, alter column fields set statistics 0;
alter table ringfence.ticket_links alter column direction set statistics 0, alter column state set statistics 0, alter column reason set statistics 0,
    alter column requester_name set statistics 0, alter column requester_email set statistics 0;
alter table ringfence.comment_shares alter column direction set statistics 0, alter column state set statistics 0, alter column reason set statistics 0;
alter table ringfence.crossing_queue alter column kind set statistics 0;
