-- What the migrations and policies make of a database, as the server's own catalogue tells it: generated, verified, not executable.
-- Objects stand at the margin, what they are made of is indented.

role ringfence_app
    login inherit

role ringfence_auditor
    login inherit

role ringfence_backup
    login inherit bypassrls
    member of pg_read_all_data

role ringfence_dispatcher
    login inherit

role ringfence_gate
    nologin inherit

role ringfence_operator
    login inherit

role ringfence_owner
    nologin inherit

role ringfence_provisioner
    nologin inherit createrole
    member of ringfence_reporting with admin option

role ringfence_reporting
    nologin inherit

database
    grant connect to ringfence_app
    grant connect to ringfence_auditor
    grant connect to ringfence_backup
    grant connect to ringfence_dispatcher
    grant connect to ringfence_operator
    grant connect to ringfence_reporting

schema reporting
    owner ringfence_owner
    grant usage to ringfence_reporting

schema ringfence
    owner ringfence_owner
    grant usage to ringfence_app
    grant usage to ringfence_auditor
    grant usage to ringfence_dispatcher
    grant usage to ringfence_gate
    grant usage to ringfence_operator
    grant usage to ringfence_reporting

default privileges of ringfence_owner
    objects of type f: nothing for PUBLIC

table ringfence.agreements
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column agreement_id uuid not null
    column partner_slug text not null statistics 0
    column partner_id uuid
    column proposed_here boolean not null default true
    column direction text not null statistics 0
    column actions text[] not null statistics 0
    column fields text[] not null statistics 0
    column expires_at timestamp with time zone not null
    column consented_by uuid
    column consented_at timestamp with time zone default transaction_timestamp()
    column partner_consented_at timestamp with time zone
    column revoked_by uuid
    column revoked_at timestamp with time zone
    column partner_revoked_at timestamp with time zone
    column contact_id uuid
    column version integer not null default 1
    column created_at timestamp with time zone not null default transaction_timestamp()
    column updated_at timestamp with time zone not null default transaction_timestamp()
    constraint agreements_pkey PRIMARY KEY (tenant_id, agreement_id)
    constraint agreements_consented_by_fkey FOREIGN KEY (tenant_id, consented_by) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint agreements_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint agreements_revoked_by_fkey FOREIGN KEY (tenant_id, revoked_by) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint agreements_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint agreements_actions_are_known CHECK ((((cardinality(actions) >= 1) AND (cardinality(actions) <= 2)) AND (array_ndims(actions) = 1) AND (actions <@ ARRAY['ticket.escalate'::text, 'comment.share'::text])))
    constraint agreements_consent_is_somebodys CHECK (((consented_by IS NULL) = (consented_at IS NULL)))
    constraint agreements_direction_is_known CHECK ((direction = ANY (ARRAY['outgoing'::text, 'incoming'::text, 'both'::text])))
    constraint agreements_expire_in_time CHECK (((expires_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (expires_at <= '9999-12-30 22:00:01+00'::timestamp with time zone)))
    constraint agreements_fields_are_known CHECK (((fields <@ ARRAY['subject'::text, 'body'::text, 'priority'::text, 'type'::text, 'tags'::text, 'requester_name'::text, 'requester_email'::text]) AND (cardinality(fields) <= 7) AND (COALESCE(array_ndims(fields), 1) = 1)))
    constraint agreements_partner_is_another CHECK ((partner_id <> tenant_id))
    constraint agreements_partner_is_known_before_it_counts CHECK (((partner_consented_at IS NULL) OR (partner_id IS NOT NULL)))
    constraint agreements_partner_slug_is_a_label CHECK ((partner_slug ~ '^[a-z][a-z0-9-]{1,38}[a-z0-9]$'::text))
    constraint agreements_revocation_is_somebodys CHECK (((revoked_by IS NULL) = (revoked_at IS NULL)))
    CREATE INDEX agreements_created_idx ON ringfence.agreements USING btree (tenant_id, created_at, agreement_id)
    policy agreements_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy agreements_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy agreements_change_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy agreements_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy agreements_propose for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (consented_by = ( SELECT ringfence.member_with('agreement.manage'::text) AS member_with)))
    policy agreements_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('agreement.read'::text) AS may))
    policy agreements_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    grant select to ringfence_app
    grant insert (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by) to ringfence_app

table ringfence.api_tokens
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column api_token_id uuid not null
    column member_id uuid not null
    column member_role text not null statistics 0
    column name text not null statistics 0
    column token_hash bytea not null statistics 0
    column scopes text[] not null statistics 0
    column created_by uuid not null
    column created_at timestamp with time zone not null default transaction_timestamp()
    column expires_at timestamp with time zone not null
    column last_used_at timestamp with time zone
    column revoked_at timestamp with time zone
    constraint api_tokens_pkey PRIMARY KEY (tenant_id, api_token_id)
    constraint api_tokens_hash_key UNIQUE (tenant_id, token_hash)
    constraint api_tokens_created_by_fkey FOREIGN KEY (tenant_id, created_by) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint api_tokens_member_fkey FOREIGN KEY (tenant_id, member_id, member_role) REFERENCES ringfence.members(tenant_id, member_id, role) ON UPDATE CASCADE
    constraint api_tokens_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint api_tokens_expire CHECK (((expires_at > created_at) AND (expires_at <= (created_at + '367 days'::interval))))
    constraint api_tokens_hash_is_sha256 CHECK ((octet_length(token_hash) = 32))
    constraint api_tokens_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
    constraint api_tokens_of_others_are_services CHECK (((member_role = 'service'::text) OR (created_by = member_id)))
    constraint api_tokens_scopes_are_names CHECK ((array_to_string(scopes, ','::text) ~ '^[a-z_.,]*$'::text))
    constraint api_tokens_times_can_be_told CHECK (((expires_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (expires_at <= '9999-12-30 22:00:01+00'::timestamp with time zone)))
    CREATE INDEX api_tokens_created_by_idx ON ringfence.api_tokens USING btree (tenant_id, created_by)
    CREATE INDEX api_tokens_created_idx ON ringfence.api_tokens USING btree (tenant_id, created_at, api_token_id)
    CREATE INDEX api_tokens_member_idx ON ringfence.api_tokens USING btree (tenant_id, member_id, member_role)
    policy api_tokens_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy api_tokens_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy api_tokens_create_of_services for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('token.manage'::text) AS may) AND (member_role = 'service'::text) AND (created_by = ( SELECT ringfence.actor() AS actor)) AND (scopes <@ ( SELECT ringfence.grantable() AS grantable)))
    policy api_tokens_create_own for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('token.create'::text) AS may) AND (member_id = ( SELECT ringfence.actor() AS actor)) AND (member_id = ( SELECT ringfence.member() AS member)) AND (created_by = member_id) AND (scopes <@ ( SELECT ringfence.grantable() AS grantable)))
    policy api_tokens_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('token.manage'::text) AS may))
    policy api_tokens_read_at_the_gate for select to ringfence_gate using (tenant_id = ringfence.tenant_id())
    policy api_tokens_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy api_tokens_read_own for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND (member_id = ( SELECT ringfence.actor() AS actor)) AND (member_id = ( SELECT ringfence.member() AS member)))
    policy api_tokens_read_to_remove for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may))
    policy api_tokens_remove for delete to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may) AND (member_role <> 'owner'::text) AND ( SELECT ringfence.gives_roles() AS gives_roles))
    policy api_tokens_remove_any for delete to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('owner.manage'::text) AS may) AND ( SELECT ringfence.gives_roles() AS gives_roles))
    policy api_tokens_remove_by_definers for delete to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy api_tokens_revoke for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('token.manage'::text) AS may) AND (revoked_at IS NULL)) with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('token.manage'::text) AS may) AND (revoked_at = transaction_timestamp()))
    policy api_tokens_revoke_own for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND (member_id = ( SELECT ringfence.actor() AS actor)) AND (member_id = ( SELECT ringfence.member() AS member)) AND (( SELECT ringfence.may('token.create'::text) AS may) OR ((api_token_id)::text = ( SELECT ringfence.credential() AS credential))) AND (revoked_at IS NULL)) with check ((tenant_id = ringfence.tenant_id()) AND (member_id = ( SELECT ringfence.actor() AS actor)) AND (member_id = ( SELECT ringfence.member() AS member)) AND (revoked_at = transaction_timestamp()))
    policy api_tokens_use_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    grant delete to ringfence_app
    grant insert (tenant_id, api_token_id, member_id, member_role, name, token_hash, scopes, created_by, expires_at) to ringfence_app
    grant select (tenant_id, api_token_id, member_id, member_role, name, scopes, created_by, created_at, expires_at, last_used_at, revoked_at) to ringfence_app
    grant update (revoked_at) to ringfence_app
    grant select (tenant_id, api_token_id, member_id, token_hash, scopes, expires_at, revoked_at) to ringfence_gate

table ringfence.audit_events
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column "position" bigint not null
    column event_id uuid not null
    column xid xid8 not null
    column recorded_at timestamp with time zone not null
    column request_id uuid not null
    column action text not null
    column decision text not null
    column rule text
    column actor_id uuid
    column identity_id uuid
    column actor_kind text not null
    column on_behalf_of uuid
    column session_id text statistics 0
    column authentication text
    column object_type text
    column object_id uuid
    column object_version integer
    column external_system text
    column details jsonb not null statistics 0
    column epoch integer not null default 1
    column leaf_hash bytea
    constraint audit_events_pkey PRIMARY KEY (tenant_id, "position")
    constraint audit_events_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint audit_events_leaf_hash_is_sha256 CHECK ((octet_length(leaf_hash) = 32))
    CREATE INDEX audit_events_actor_idx ON ringfence.audit_events USING btree (tenant_id, actor_id, "position" DESC)
    CREATE INDEX audit_events_object_idx ON ringfence.audit_events USING btree (tenant_id, object_id, "position" DESC)
    CREATE INDEX audit_events_recorded_idx ON ringfence.audit_events USING btree (tenant_id, recorded_at)
    CREATE INDEX audit_events_request_idx ON ringfence.audit_events USING btree (tenant_id, request_id)
    policy audit_events_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy audit_events_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy audit_events_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('audit.read'::text) AS may))
    policy audit_events_written_by_mover for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    grant select to ringfence_app

table ringfence.audit_heads
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column length bigint not null
    constraint audit_heads_pkey PRIMARY KEY (tenant_id)
    constraint audit_heads_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    policy audit_heads_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy audit_heads_change_by_mover for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy audit_heads_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy audit_heads_read_by_mover for select to ringfence_owner using (tenant_id = ringfence.tenant_id())

table ringfence.audit_inbox
    owner ringfence_owner, row security enabled, forced
    column event_id uuid not null default (encode(OVERLAY(set_bit(set_bit(uuid_send(gen_random_uuid()), (52)::bigint, 1), (53)::bigint, 1) PLACING SUBSTRING(int8send(((EXTRACT(epoch FROM clock_timestamp()) * (1000)::numeric))::bigint) FROM 3) FROM 1 FOR 6), 'hex'::text))::uuid
    column xid xid8 not null default pg_current_xact_id()
    column recorded_at timestamp with time zone not null default clock_timestamp()
    column tenant_id uuid
    column request_id uuid not null default (NULLIF(split_part(current_setting('backtrace_functions'::text), chr(10), 6), ''::text))::uuid
    column action text not null
    column decision text not null
    column rule text
    column actor_id uuid default (NULLIF(split_part(current_setting('backtrace_functions'::text), chr(10), 5), ''::text))::uuid
    column identity_id uuid default (NULLIF(split_part(current_setting('backtrace_functions'::text), chr(10), 3), ''::text))::uuid
    column actor_kind text not null default split_part(current_setting('backtrace_functions'::text), chr(10), 7)
    column on_behalf_of uuid default (NULLIF(NULLIF(split_part(current_setting('backtrace_functions'::text), chr(10), 4), split_part(current_setting('backtrace_functions'::text), chr(10), 5)), ''::text))::uuid
    column session_id text default NULLIF(convert_from(decode(split_part(current_setting('backtrace_functions'::text), chr(10), 8), 'hex'::text), 'UTF8'::name), ''::text) statistics 0
    column authentication text default NULLIF(convert_from(decode(split_part(current_setting('backtrace_functions'::text), chr(10), 9), 'hex'::text), 'UTF8'::name), ''::text)
    column object_type text
    column object_id uuid
    column object_version integer
    column external_system text
    column details jsonb not null default '{}'::jsonb statistics 0
    constraint audit_inbox_pkey PRIMARY KEY (xid, event_id)
    constraint audit_inbox_actor_kind_is_known CHECK ((actor_kind = ANY (ARRAY['user'::text, 'service'::text, 'operator'::text, 'crossing'::text, 'nobody'::text])))
    constraint audit_inbox_decision_is_known CHECK ((decision = ANY (ARRAY['allow'::text, 'deny'::text])))
    constraint audit_inbox_details_are_short CHECK ((octet_length((details)::text) <= 1048576))
    policy audit_inbox_wall as restrictive for all to ringfence_app using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy audit_inbox_change_by_mover for update to ringfence_owner using true with check true
    policy audit_inbox_moved_by_mover for delete to ringfence_owner using true
    policy audit_inbox_read_by_mover for select to ringfence_owner using true
    policy audit_inbox_written_by_auditor for insert to ringfence_auditor with check true
    policy audit_inbox_written_by_definers for insert to ringfence_owner with check true
    policy audit_inbox_written_by_service for insert to ringfence_app with check (tenant_id = ringfence.tenant_id())
    grant insert (tenant_id, action, decision, rule, object_type, object_id, object_version, external_system, details) to ringfence_app
    grant insert (tenant_id, request_id, action, decision, rule, actor_id, identity_id, actor_kind, on_behalf_of, session_id, authentication, object_type, object_id, object_version, external_system, details) to ringfence_auditor

table ringfence.break_glass_grants
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column grant_id uuid not null
    column member_id uuid not null
    column role text not null statistics 0
    column reason text not null statistics 0
    column granted_by uuid not null
    column created_at timestamp with time zone not null default transaction_timestamp()
    column expires_at timestamp with time zone not null
    column revoked_at timestamp with time zone
    constraint break_glass_grants_pkey PRIMARY KEY (tenant_id, grant_id)
    constraint break_glass_grants_granted_by_fkey FOREIGN KEY (tenant_id, granted_by) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint break_glass_grants_member_fkey FOREIGN KEY (tenant_id, member_id) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint break_glass_grants_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint break_glass_grants_last_hours CHECK (((expires_at > created_at) AND (expires_at <= (created_at + '24:00:00'::interval))))
    constraint break_glass_grants_reason_is_told CHECK (((char_length(reason) >= 10) AND (char_length(reason) <= 1000)))
    constraint break_glass_grants_role_is_known CHECK ((role = ANY (ARRAY['admin'::text, 'agent'::text, 'light_agent'::text, 'auditor'::text])))
    CREATE INDEX break_glass_grants_created_idx ON ringfence.break_glass_grants USING btree (tenant_id, created_at, grant_id)
    CREATE INDEX break_glass_grants_granted_by_idx ON ringfence.break_glass_grants USING btree (tenant_id, granted_by)
    CREATE INDEX break_glass_grants_member_idx ON ringfence.break_glass_grants USING btree (tenant_id, member_id)
    policy break_glass_grants_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy break_glass_grants_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy break_glass_grants_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy break_glass_grants_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.read'::text) AS may))
    policy break_glass_grants_read_at_the_gate for select to ringfence_gate using (tenant_id = ringfence.tenant_id())
    policy break_glass_grants_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy break_glass_grants_revoke for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('break_glass.grant'::text) AS may) AND (revoked_at IS NULL)) with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('break_glass.grant'::text) AS may) AND (revoked_at = transaction_timestamp()))
    grant select to ringfence_app
    grant update (revoked_at) to ringfence_app
    grant select (tenant_id, grant_id, member_id, role, created_at, expires_at, revoked_at) to ringfence_gate

table ringfence.comment_shares
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column share_id uuid not null
    column link_id uuid not null
    column comment_id uuid not null
    column ticket_id uuid not null
    column requester_id uuid not null
    column group_key uuid not null
    column direction text not null default 'outgoing'::text statistics 0
    column state text not null default 'pending'::text statistics 0
    column reason text statistics 0
    column created_by uuid
    column created_at timestamp with time zone not null default transaction_timestamp()
    column settled_at timestamp with time zone
    column standing uuid generated always as 
CASE
    WHEN (state <> 'refused'::text) THEN comment_id
    ELSE NULL::uuid
END stored
    constraint comment_shares_pkey PRIMARY KEY (tenant_id, share_id)
    constraint comment_shares_standing_key UNIQUE (tenant_id, link_id, standing)
    constraint comment_shares_comment_fkey FOREIGN KEY (tenant_id, comment_id) REFERENCES ringfence.comments(tenant_id, comment_id)
    constraint comment_shares_created_by_fkey FOREIGN KEY (tenant_id, created_by) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint comment_shares_link_fkey FOREIGN KEY (tenant_id, link_id, ticket_id) REFERENCES ringfence.ticket_links(tenant_id, link_id, ticket_id)
    constraint comment_shares_ticket_fkey FOREIGN KEY (tenant_id, ticket_id, requester_id, group_key) REFERENCES ringfence.tickets(tenant_id, ticket_id, requester_id, group_key) ON UPDATE CASCADE
    constraint comment_shares_direction_is_known CHECK ((direction = ANY (ARRAY['outgoing'::text, 'incoming'::text])))
    constraint comment_shares_outgoing_is_somebodys CHECK (((direction = 'outgoing'::text) = (created_by IS NOT NULL)))
    constraint comment_shares_refused_has_reason CHECK (((state = 'refused'::text) = (reason IS NOT NULL)))
    constraint comment_shares_settled_has_settled_at CHECK (((state = 'pending'::text) = (settled_at IS NULL)))
    constraint comment_shares_state_is_known CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'refused'::text])))
    CREATE INDEX comment_shares_comment_idx ON ringfence.comment_shares USING btree (tenant_id, comment_id, created_at, share_id)
    policy comment_shares_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy comment_shares_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy comment_shares_change_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy comment_shares_create for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (created_by = ( SELECT ringfence.member_with('ticket.escalate'::text) AS member_with)))
    policy comment_shares_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy comment_shares_create_in_groups for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (group_key = ANY (( SELECT ringfence.groups_with('ticket.escalate.group'::text) AS groups_with)::uuid[])) AND (created_by = ( SELECT ringfence.member() AS member)))
    policy comment_shares_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy comment_shares_read_in_groups for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND (group_key = ANY (( SELECT ringfence.groups_with('ticket.read.group'::text) AS groups_with)::uuid[])))
    policy comment_shares_read_whole for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('ticket.read'::text) AS may))
    grant select to ringfence_app
    grant insert (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, created_by) to ringfence_app

table ringfence.comments
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column comment_id uuid not null
    column ticket_id uuid not null
    column requester_id uuid not null
    column group_key uuid not null
    column author_id uuid not null
    column visibility text not null
    column body text not null statistics 0
    column external_id text statistics 0
    column created_at timestamp with time zone not null default transaction_timestamp()
    constraint comments_pkey PRIMARY KEY (tenant_id, comment_id)
    constraint comments_external_key UNIQUE (tenant_id, ticket_id, external_id)
    constraint comments_author_fkey FOREIGN KEY (tenant_id, author_id) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint comments_ticket_fkey FOREIGN KEY (tenant_id, ticket_id, requester_id, group_key) REFERENCES ringfence.tickets(tenant_id, ticket_id, requester_id, group_key) ON UPDATE CASCADE
    constraint comments_body_is_bounded CHECK (((octet_length(body) >= 1) AND (octet_length(body) <= 65536)))
    constraint comments_times_can_be_told CHECK (((created_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-30 22:00:01+00'::timestamp with time zone)))
    constraint comments_visibility_is_known CHECK ((visibility = ANY (ARRAY['public'::text, 'internal'::text])))
    CREATE INDEX comments_author_idx ON ringfence.comments USING btree (tenant_id, author_id)
    CREATE INDEX comments_ticket_idx ON ringfence.comments USING btree (tenant_id, ticket_id, created_at, comment_id)
    policy comments_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy comments_wall_each_row as restrictive for all to ringfence_app, ringfence_reporting using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy comments_create for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (author_id = ( SELECT ringfence.member_with('comment.create'::text) AS member_with)) AND (created_at = transaction_timestamp()))
    policy comments_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy comments_create_in_groups for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (group_key = ANY (( SELECT ringfence.groups_with('comment.create.group'::text) AS groups_with)::uuid[])) AND (author_id = ( SELECT ringfence.member() AS member)) AND (created_at = transaction_timestamp()))
    policy comments_create_own_public for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (requester_id = ( SELECT ringfence.member_with('comment.create.own'::text) AS member_with)) AND (author_id = requester_id) AND (visibility = 'public'::text) AND (created_at = transaction_timestamp()) AND (external_id IS NULL))
    policy comments_import for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('ticket.import'::text) AS may))
    policy comments_note_in_groups for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (group_key = ANY (( SELECT ringfence.groups_with('comment.note.group'::text) AS groups_with)::uuid[])) AND (author_id = ( SELECT ringfence.member() AS member)) AND (visibility = 'internal'::text) AND (created_at = transaction_timestamp()))
    policy comments_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND (( SELECT ringfence.may('ticket.read'::text) AS may) OR (group_key = ANY (( SELECT ringfence.groups_with('ticket.read.group'::text) AS groups_with)::uuid[])) OR (requester_id = ( SELECT ringfence.member_with('ticket.read.own'::text) AS member_with))) AND (( SELECT ringfence.may('comment.read'::text) AS may) OR (group_key = ANY (( SELECT ringfence.groups_with('comment.read.group'::text) AS groups_with)::uuid[])) OR ((requester_id = ( SELECT ringfence.member_with('comment.read.own'::text) AS member_with)) AND (visibility = 'public'::text))))
    policy comments_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy comments_report for select to ringfence_reporting using (( SELECT ringfence.member() AS member) IS NULL)
    grant select to ringfence_app
    grant insert (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body, external_id, created_at) to ringfence_app
    grant select (tenant_id, comment_id, ticket_id, author_id, visibility, body, created_at) to ringfence_reporting

table ringfence.contacts
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column contact_id uuid not null
    column name text not null statistics 0
    column email text statistics 0
    column email_key text generated always as lower(email) stored statistics 0
    column organization_id uuid
    column identity_id uuid
    column external_source text statistics 0
    column external_id text statistics 0
    column version integer not null default 1
    column created_at timestamp with time zone not null default transaction_timestamp()
    column updated_at timestamp with time zone not null default transaction_timestamp()
    column is_partner boolean not null default false
    column member_version integer not null default 0
    constraint contacts_pkey PRIMARY KEY (tenant_id, contact_id)
    constraint contacts_email_key UNIQUE (tenant_id, email_key)
    constraint contacts_external_key UNIQUE (tenant_id, external_source, external_id)
    constraint contacts_identity_key UNIQUE (tenant_id, identity_id)
    constraint contacts_partner_key UNIQUE (tenant_id, contact_id, is_partner)
    constraint contacts_organization_fkey FOREIGN KEY (tenant_id, organization_id) REFERENCES ringfence.organizations(tenant_id, organization_id)
    constraint contacts_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint contacts_email_is_short CHECK (((char_length(email) >= 3) AND (char_length(email) <= 320)))
    constraint contacts_external_is_whole CHECK (((external_source IS NULL) = (external_id IS NULL)))
    constraint contacts_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
    constraint contacts_times_can_be_told CHECK (((updated_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-30 22:00:01+00'::timestamp with time zone)))
    CREATE INDEX contacts_created_idx ON ringfence.contacts USING btree (tenant_id, created_at, contact_id)
    CREATE INDEX contacts_organization_idx ON ringfence.contacts USING btree (tenant_id, organization_id)
    policy contacts_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy contacts_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy contacts_change for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('contact.change'::text) AS may) AND (contact_id <> ALL (( SELECT ringfence.kept_contacts() AS kept_contacts)::uuid[]))) with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('contact.change'::text) AS may))
    policy contacts_change_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy contacts_create for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('contact.change'::text) AS may))
    policy contacts_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy contacts_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('contact.read'::text) AS may))
    policy contacts_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy contacts_read_self for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND (contact_id = ( SELECT ringfence.oneself() AS oneself)))
    policy contacts_remove for delete to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('contact.delete'::text) AS may))
    grant delete, select to ringfence_app
    grant insert (tenant_id, contact_id, name, email, organization_id, external_source, external_id) to ringfence_app
    grant update (name, email, organization_id, external_source, external_id, version, updated_at, member_version) to ringfence_app

table ringfence.crossing_queue
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column intent_id uuid not null
    column agreement_id uuid not null
    column kind text not null statistics 0
    column claim uuid
    column attempts integer not null default 0
    column due_at timestamp with time zone not null default transaction_timestamp()
    constraint crossing_queue_pkey PRIMARY KEY (tenant_id, intent_id)
    constraint crossing_queue_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint crossing_queue_kind_is_known CHECK ((kind = ANY (ARRAY['agreement'::text, 'ticket'::text, 'comment'::text])))
    CREATE INDEX crossing_queue_agreement_idx ON ringfence.crossing_queue USING btree (tenant_id, agreement_id)
    CREATE INDEX crossing_queue_turn_idx ON ringfence.crossing_queue USING btree (tenant_id, due_at, intent_id)
    policy crossing_queue_wall as restrictive for all to ringfence_app using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy crossing_queue_change_by_definers for update to ringfence_owner using true with check true
    policy crossing_queue_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy crossing_queue_read_by_definers for select to ringfence_owner using true
    policy crossing_queue_remove_by_definers for delete to ringfence_owner using true

table ringfence.group_members
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column member_id uuid not null
    column group_id uuid not null
    column access text[] not null default '{full}'::text[] statistics 0
    constraint group_members_pkey PRIMARY KEY (tenant_id, member_id, group_id)
    constraint group_members_group_fkey FOREIGN KEY (tenant_id, group_id) REFERENCES ringfence.groups(tenant_id, group_id)
    constraint group_members_member_fkey FOREIGN KEY (tenant_id, member_id) REFERENCES ringfence.members(tenant_id, member_id)
    constraint group_members_access_is_known CHECK (((access <@ ARRAY['read'::text, 'create'::text, 'change'::text, 'overview'::text, 'full'::text]) AND (access <> '{}'::text[])))
    constraint group_members_access_sees CHECK ((access && ARRAY['read'::text, 'overview'::text, 'full'::text]))
    CREATE INDEX group_members_group_idx ON ringfence.group_members USING btree (tenant_id, group_id)
    policy group_members_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy group_members_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy group_members_add for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.gives_roles() AS gives_roles))
    policy group_members_change for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.gives_roles() AS gives_roles)) with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.gives_roles() AS gives_roles))
    policy group_members_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy group_members_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.read'::text) AS may))
    policy group_members_read_at_the_gate for select to ringfence_gate using (tenant_id = ringfence.tenant_id())
    policy group_members_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy group_members_remove for delete to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.gives_roles() AS gives_roles))
    policy group_members_remove_by_definers for delete to ringfence_owner using (tenant_id = ringfence.tenant_id())
    grant delete, insert, select to ringfence_app
    grant update (access) to ringfence_app
    grant select (tenant_id, member_id, group_id, access) to ringfence_gate

table ringfence.groups
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column group_id uuid not null
    column name text not null statistics 0
    column version integer not null default 1
    column created_at timestamp with time zone not null default transaction_timestamp()
    column updated_at timestamp with time zone not null default transaction_timestamp()
    constraint groups_pkey PRIMARY KEY (tenant_id, group_id)
    constraint groups_name_key UNIQUE (tenant_id, name)
    constraint groups_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint groups_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
    constraint groups_times_can_be_told CHECK (((updated_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-30 22:00:01+00'::timestamp with time zone)))
    CREATE INDEX groups_created_idx ON ringfence.groups USING btree (tenant_id, created_at, group_id)
    policy groups_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy groups_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy groups_change for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('group.manage'::text) AS may)) with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('group.manage'::text) AS may))
    policy groups_change_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy groups_create for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('group.manage'::text) AS may))
    policy groups_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy groups_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('group.read'::text) AS may))
    policy groups_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy groups_remove for delete to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('group.manage'::text) AS may))
    policy groups_remove_by_definers for delete to ringfence_owner using (tenant_id = ringfence.tenant_id())
    grant delete, select to ringfence_app
    grant insert (tenant_id, group_id, name) to ringfence_app
    grant update (name, version, updated_at) to ringfence_app

table ringfence.idempotency_keys
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column member_id uuid not null
    column route text not null
    column key text not null statistics 0
    column body_hash bytea not null
    column status smallint not null
    column headers jsonb not null statistics 0
    column body text not null statistics 0
    column created_at timestamp with time zone not null default transaction_timestamp()
    column subject_id uuid not null
    column rights bytea not null statistics 0
    constraint idempotency_keys_pkey PRIMARY KEY (tenant_id, member_id, subject_id, route, key)
    constraint idempotency_keys_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint idempotency_keys_body_hash_is_sha256 CHECK ((octet_length(body_hash) = 32))
    constraint idempotency_keys_key_is_short CHECK (((char_length(key) >= 1) AND (char_length(key) <= 255)))
    constraint idempotency_keys_rights_are_sha256 CHECK ((octet_length(rights) = 32))
    CREATE INDEX idempotency_keys_created_idx ON ringfence.idempotency_keys USING btree (tenant_id, created_at)
    policy idempotency_keys_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy idempotency_keys_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy idempotency_keys_forget_by_definers for delete to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy idempotency_keys_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy idempotency_keys_read_own for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND COALESCE((rights = ( SELECT ringfence.rights() AS rights)), false))
    policy idempotency_keys_write_own for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (member_id = ( SELECT ringfence.actor() AS actor)) AND (subject_id = ( SELECT ringfence.member() AS member)) AND (rights = ( SELECT ringfence.rights() AS rights)))
    grant select to ringfence_app
    grant insert (tenant_id, member_id, route, key, body_hash, status, headers, body, subject_id, rights) to ringfence_app

table ringfence.identities
    owner ringfence_owner, row security enabled, forced
    column identity_id uuid not null
    column issuer text not null statistics 0
    column subject text not null statistics 0
    column created_at timestamp with time zone not null default transaction_timestamp()
    constraint identities_pkey PRIMARY KEY (identity_id)
    constraint identities_issuer_subject_key UNIQUE (issuer, subject)
    constraint identities_issuer_is_short CHECK (((char_length(issuer) >= 1) AND (char_length(issuer) <= 500)))
    constraint identities_subject_is_short CHECK (((octet_length(subject) >= 1) AND (octet_length(subject) <= 255)))
    policy identities_create_by_definers for insert to ringfence_owner with check true
    policy identities_read_at_the_gate for select to ringfence_gate using true
    policy identities_read_by_definers for select to ringfence_owner using true
    grant select (identity_id, issuer) to ringfence_gate

table ringfence.installation_events
    owner ringfence_owner, row security enabled, forced
    column event_id uuid not null
    column xid xid8 not null
    column recorded_at timestamp with time zone not null
    column request_id uuid not null
    column action text not null
    column decision text not null
    column rule text
    column identity_id uuid
    column actor_kind text not null
    column session_id text statistics 0
    column authentication text
    column object_type text
    column object_id uuid
    column details jsonb not null statistics 0
    constraint installation_events_pkey PRIMARY KEY (event_id)
    CREATE INDEX installation_events_recorded_idx ON ringfence.installation_events USING btree (recorded_at)
    policy installation_events_read_by_auditor for select to ringfence_auditor using true
    policy installation_events_written_by_mover for insert to ringfence_owner with check true
    grant select to ringfence_auditor

table ringfence.invitations
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column invitation_id uuid not null
    column secret_hash bytea not null statistics 0
    column email text not null statistics 0
    column name text not null statistics 0
    column role text not null statistics 0
    column invited_by uuid not null
    column version integer not null default 1
    column created_at timestamp with time zone not null default transaction_timestamp()
    column expires_at timestamp with time zone not null
    column accepted_at timestamp with time zone
    column accepted_by uuid
    column revoked_at timestamp with time zone
    constraint invitations_pkey PRIMARY KEY (tenant_id, invitation_id)
    constraint invitations_secret_key UNIQUE (tenant_id, secret_hash)
    constraint invitations_accepted_by_fkey FOREIGN KEY (tenant_id, accepted_by) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint invitations_invited_by_fkey FOREIGN KEY (tenant_id, invited_by) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint invitations_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint invitations_accepted_by_somebody CHECK (((accepted_at IS NULL) = (accepted_by IS NULL)))
    constraint invitations_email_is_short CHECK (((char_length(email) >= 3) AND (char_length(email) <= 320)))
    constraint invitations_end_once CHECK (((accepted_at IS NULL) OR (revoked_at IS NULL)))
    constraint invitations_hash_is_sha256 CHECK ((octet_length(secret_hash) = 32))
    constraint invitations_last_days CHECK (((expires_at > created_at) AND (expires_at <= (created_at + '30 days'::interval))))
    constraint invitations_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
    constraint invitations_role_is_a_persons CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'agent'::text, 'light_agent'::text, 'requester'::text, 'auditor'::text])))
    constraint invitations_times_can_be_told CHECK (((expires_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (expires_at <= '9999-12-30 22:00:01+00'::timestamp with time zone)))
    CREATE INDEX invitations_accepted_by_idx ON ringfence.invitations USING btree (tenant_id, accepted_by)
    CREATE INDEX invitations_created_idx ON ringfence.invitations USING btree (tenant_id, created_at, invitation_id)
    CREATE INDEX invitations_invited_by_idx ON ringfence.invitations USING btree (tenant_id, invited_by)
    policy invitations_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy invitations_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy invitations_accept_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy invitations_make for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may) AND (role <> 'owner'::text) AND ( SELECT ringfence.gives_roles() AS gives_roles) AND (invited_by = ( SELECT ringfence.member() AS member)))
    policy invitations_make_any for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('owner.manage'::text) AS may) AND ( SELECT ringfence.gives_roles() AS gives_roles) AND (invited_by = ( SELECT ringfence.member() AS member)))
    policy invitations_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may))
    policy invitations_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy invitations_revoke for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may) AND (revoked_at IS NULL)) with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may) AND (revoked_at = transaction_timestamp()))
    grant insert (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at) to ringfence_app
    grant select (tenant_id, invitation_id, email, name, role, invited_by, version, created_at, expires_at, accepted_at, accepted_by, revoked_at) to ringfence_app
    grant update (version, revoked_at) to ringfence_app

table ringfence.keys
    owner ringfence_owner, row security enabled, forced
    column purpose text not null
    column kid integer not null
    column inner_pad bytea not null statistics 0
    column outer_pad bytea not null statistics 0
    column made_at timestamp with time zone not null default transaction_timestamp()
    column retired_at timestamp with time zone
    constraint keys_pkey PRIMARY KEY (purpose, kid)
    constraint keys_pads_are_a_sha256_block CHECK (((octet_length(inner_pad) = 64) AND (octet_length(outer_pad) = 64)))
    constraint keys_purpose_is_known CHECK ((purpose = ANY (ARRAY['token'::text, 'seal'::text])))
    CREATE UNIQUE INDEX keys_one_live_seal_key ON ringfence.keys USING btree (purpose) WHERE ((purpose = 'seal'::text) AND (retired_at IS NULL))
    policy keys_change_by_definers for update to ringfence_owner using true with check true
    policy keys_create_by_definers for insert to ringfence_owner with check true
    policy keys_read_at_the_gate for select to ringfence_gate using true
    policy keys_read_by_definers for select to ringfence_owner using true
    grant select (purpose, kid, inner_pad, outer_pad, retired_at) to ringfence_gate

table ringfence.logout_tokens
    owner ringfence_owner, row security enabled, forced
    column issuer text not null statistics 0
    column token_id text not null statistics 0
    column expires_at timestamp with time zone not null
    constraint logout_tokens_pkey PRIMARY KEY (issuer, token_id)
    constraint logout_tokens_issuer_is_short CHECK (((char_length(issuer) >= 1) AND (char_length(issuer) <= 500)))
    constraint logout_tokens_token_id_is_short CHECK (((char_length(token_id) >= 1) AND (char_length(token_id) <= 255)))
    CREATE INDEX logout_tokens_expires_idx ON ringfence.logout_tokens USING btree (expires_at)
    policy logout_tokens_forget_by_definers for delete to ringfence_owner using true
    policy logout_tokens_keep_by_definers for insert to ringfence_owner with check true
    policy logout_tokens_read_by_definers for select to ringfence_owner using true

table ringfence.members
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column member_id uuid not null
    column identity_id uuid not null
    column role text not null
    column permissions text[]
    column version integer not null default 1
    column created_at timestamp with time zone not null default transaction_timestamp()
    column updated_at timestamp with time zone not null default transaction_timestamp()
    column role_id uuid
    column elevated_until timestamp with time zone
    column is_partner boolean not null default false
    column provisioned boolean not null default false
    constraint members_pkey PRIMARY KEY (tenant_id, member_id)
    constraint members_identity_key UNIQUE (tenant_id, identity_id)
    constraint members_role_key UNIQUE (tenant_id, member_id, role)
    constraint members_contact_fkey FOREIGN KEY (tenant_id, member_id, is_partner) REFERENCES ringfence.contacts(tenant_id, contact_id, is_partner)
    constraint members_role_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES ringfence.tenant_roles(tenant_id, role_id)
    constraint members_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint members_are_no_partners CHECK ((NOT is_partner))
    constraint members_custom_has_role_id CHECK (((role = 'custom'::text) = (role_id IS NOT NULL)))
    constraint members_permissions_are_names CHECK ((array_to_string(permissions, ','::text) ~ '^[a-z_.,]*$'::text))
    constraint members_role_is_known CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'agent'::text, 'light_agent'::text, 'requester'::text, 'auditor'::text, 'service'::text, 'custom'::text, 'guest'::text])))
    constraint members_service_has_permissions CHECK (((role = 'service'::text) = (permissions IS NOT NULL)))
    constraint members_times_can_be_told CHECK (((updated_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-30 22:00:01+00'::timestamp with time zone)))
    CREATE INDEX members_created_idx ON ringfence.members USING btree (tenant_id, created_at, member_id)
    CREATE INDEX members_role_idx ON ringfence.members USING btree (tenant_id, role_id)
    policy members_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy members_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy members_add for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may) AND (role <> 'owner'::text) AND ( SELECT ringfence.gives_roles() AS gives_roles) AND ((permissions IS NULL) OR (permissions <@ ( SELECT ringfence.grantable() AS grantable))))
    policy members_add_owner for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('owner.manage'::text) AS may) AND (role = 'owner'::text) AND ( SELECT ringfence.gives_roles() AS gives_roles))
    policy members_change for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may) AND (role <> 'owner'::text) AND ( SELECT ringfence.gives_roles() AS gives_roles)) with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may) AND (role <> 'owner'::text) AND ( SELECT ringfence.gives_roles() AS gives_roles) AND ((permissions IS NULL) OR (permissions <@ ( SELECT ringfence.grantable() AS grantable))))
    policy members_change_any for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('owner.manage'::text) AS may) AND ( SELECT ringfence.gives_roles() AS gives_roles)) with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('owner.manage'::text) AS may) AND (role = 'owner'::text) AND ( SELECT ringfence.gives_roles() AS gives_roles))
    policy members_change_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy members_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy members_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.read'::text) AS may))
    policy members_read_at_the_gate for select to ringfence_gate using (tenant_id = ringfence.tenant_id())
    policy members_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy members_read_self for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND (member_id = ( SELECT ringfence.oneself() AS oneself)))
    policy members_remove for delete to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may) AND (role <> 'owner'::text) AND ( SELECT ringfence.gives_roles() AS gives_roles))
    policy members_remove_any for delete to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('owner.manage'::text) AS may) AND ( SELECT ringfence.gives_roles() AS gives_roles))
    policy members_remove_by_definers for delete to ringfence_owner using (tenant_id = ringfence.tenant_id())
    grant delete to ringfence_app
    grant insert (tenant_id, member_id, identity_id, role, permissions, version, role_id) to ringfence_app
    grant select (tenant_id, member_id, identity_id, role, permissions, version, created_at, updated_at, role_id, elevated_until, is_partner, provisioned) to ringfence_app
    grant update (role, permissions, version, updated_at, role_id) to ringfence_app
    grant select (tenant_id, member_id, identity_id, role, permissions, created_at, role_id, elevated_until) to ringfence_gate

table ringfence.memberships
    owner ringfence_owner, row security enabled, forced
    column identity_id uuid not null
    column tenant_id uuid not null
    constraint memberships_pkey PRIMARY KEY (identity_id, tenant_id)
    constraint memberships_identity_fkey FOREIGN KEY (identity_id) REFERENCES ringfence.identities(identity_id)
    constraint memberships_member_fkey FOREIGN KEY (tenant_id, identity_id) REFERENCES ringfence.members(tenant_id, identity_id)
    CREATE INDEX memberships_tenant_idx ON ringfence.memberships USING btree (tenant_id, identity_id)
    policy memberships_wall as restrictive for all to ringfence_app using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy memberships_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy memberships_add for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may))
    policy memberships_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy memberships_read_by_definers for select to ringfence_owner using true
    policy memberships_read_managed for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may))
    policy memberships_remove for delete to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.manage'::text) AS may) AND ( SELECT ringfence.gives_roles() AS gives_roles) AND (identity_id <> ALL (( SELECT ringfence.kept_identities() AS kept_identities)::uuid[])))
    policy memberships_remove_by_definers for delete to ringfence_owner using (tenant_id = ringfence.tenant_id())
    grant delete, insert, select to ringfence_app

table ringfence.organizations
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column organization_id uuid not null
    column name text not null statistics 0
    column external_source text statistics 0
    column external_id text statistics 0
    column version integer not null default 1
    column created_at timestamp with time zone not null default transaction_timestamp()
    column updated_at timestamp with time zone not null default transaction_timestamp()
    constraint organizations_pkey PRIMARY KEY (tenant_id, organization_id)
    constraint organizations_external_key UNIQUE (tenant_id, external_source, external_id)
    constraint organizations_name_key UNIQUE (tenant_id, name)
    constraint organizations_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint organizations_external_is_whole CHECK (((external_source IS NULL) = (external_id IS NULL)))
    constraint organizations_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
    constraint organizations_times_can_be_told CHECK (((updated_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-30 22:00:01+00'::timestamp with time zone)))
    CREATE INDEX organizations_created_idx ON ringfence.organizations USING btree (tenant_id, created_at, organization_id)
    policy organizations_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy organizations_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy organizations_change for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('organization.change'::text) AS may)) with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('organization.change'::text) AS may))
    policy organizations_create for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('organization.change'::text) AS may))
    policy organizations_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('organization.read'::text) AS may))
    policy organizations_remove for delete to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('organization.delete'::text) AS may))
    grant delete, select to ringfence_app
    grant insert (tenant_id, organization_id, name, external_source, external_id) to ringfence_app
    grant update (name, external_source, external_id, version, updated_at) to ringfence_app

table ringfence.provisioning_settings
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column issuer text not null statistics 0
    column default_role text not null statistics 0
    column role_map jsonb not null statistics 0
    column version integer not null default 1
    column created_at timestamp with time zone not null default transaction_timestamp()
    column updated_at timestamp with time zone not null default transaction_timestamp()
    constraint provisioning_settings_pkey PRIMARY KEY (tenant_id)
    constraint provisioning_settings_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint provisioning_settings_issuer_is_short CHECK (((char_length(issuer) >= 1) AND (char_length(issuer) <= 500)))
    constraint provisioning_settings_map_gives_roles CHECK (((jsonb_typeof(role_map) = 'object'::text) AND (NOT jsonb_path_exists(role_map, 'strict $.*?(@.type() != "string" || (@ != "agent" && @ != "light_agent") && @ != "requester")'::jsonpath))))
    constraint provisioning_settings_role_may_be_given CHECK ((default_role = ANY (ARRAY['agent'::text, 'light_agent'::text, 'requester'::text])))
    policy provisioning_settings_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy provisioning_settings_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy provisioning_settings_change for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('settings.change'::text) AS may) AND ( SELECT ringfence.may('owner.manage'::text) AS may)) with check (tenant_id = ringfence.tenant_id())
    policy provisioning_settings_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('settings.read'::text) AS may))
    policy provisioning_settings_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy provisioning_settings_set for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('settings.change'::text) AS may) AND ( SELECT ringfence.may('owner.manage'::text) AS may))
    grant select to ringfence_app
    grant insert (tenant_id, issuer, default_role, role_map) to ringfence_app
    grant update (issuer, default_role, role_map, version, updated_at) to ringfence_app

table ringfence.reporting_logins
    owner ringfence_owner, row security enabled, forced
    column login name not null
    column tenant_id uuid not null
    column created_at timestamp with time zone not null default transaction_timestamp()
    constraint reporting_logins_pkey PRIMARY KEY (login)
    constraint reporting_logins_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    CREATE INDEX reporting_logins_tenant_idx ON ringfence.reporting_logins USING btree (tenant_id)
    policy reporting_logins_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy reporting_logins_read_by_definers for select to ringfence_owner using true

table ringfence.schema_history
    owner ringfence_owner, row security OFF, NOT forced
    column version integer not null
    column name character varying(255)
    column applied_on character varying(255)
    column checksum character varying(255)
    constraint schema_history_pkey PRIMARY KEY (version)

table ringfence.scim_group_members
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column scim_group_id uuid not null
    column scim_user_id uuid not null
    constraint scim_group_members_pkey PRIMARY KEY (tenant_id, scim_group_id, scim_user_id)
    constraint scim_group_members_group_fkey FOREIGN KEY (tenant_id, scim_group_id) REFERENCES ringfence.scim_groups(tenant_id, scim_group_id)
    constraint scim_group_members_user_fkey FOREIGN KEY (tenant_id, scim_user_id) REFERENCES ringfence.scim_users(tenant_id, scim_user_id)
    CREATE INDEX scim_group_members_user_idx ON ringfence.scim_group_members USING btree (tenant_id, scim_user_id)
    policy scim_group_members_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy scim_group_members_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy scim_group_members_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy scim_group_members_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('provision.manage'::text) AS may))
    policy scim_group_members_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy scim_group_members_remove_by_definers for delete to ringfence_owner using (tenant_id = ringfence.tenant_id())
    grant select to ringfence_app

table ringfence.scim_groups
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column scim_group_id uuid not null
    column group_id uuid not null
    column display_name text not null statistics 0
    column external_id text statistics 0
    column version integer not null default 1
    column created_at timestamp with time zone not null default transaction_timestamp()
    column updated_at timestamp with time zone not null default transaction_timestamp()
    constraint scim_groups_pkey PRIMARY KEY (tenant_id, scim_group_id)
    constraint scim_groups_external_key UNIQUE (tenant_id, external_id)
    constraint scim_groups_group_key UNIQUE (tenant_id, group_id)
    constraint scim_groups_group_fkey FOREIGN KEY (tenant_id, group_id) REFERENCES ringfence.groups(tenant_id, group_id)
    constraint scim_groups_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    CREATE INDEX scim_groups_created_idx ON ringfence.scim_groups USING btree (tenant_id, created_at, scim_group_id)
    policy scim_groups_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy scim_groups_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy scim_groups_change_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy scim_groups_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy scim_groups_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('provision.manage'::text) AS may))
    policy scim_groups_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy scim_groups_remove_by_definers for delete to ringfence_owner using (tenant_id = ringfence.tenant_id())
    grant select to ringfence_app

table ringfence.scim_users
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column scim_user_id uuid not null
    column contact_id uuid not null
    column user_name text not null statistics 0
    column user_name_key text generated always as lower(user_name) stored statistics 0
    column external_id text statistics 0
    column active boolean
    column issuer text not null statistics 0
    column subject text not null statistics 0
    column role text not null statistics 0
    column grouped boolean not null default false
    column attributes jsonb not null statistics 0
    column version integer not null default 1
    column created_at timestamp with time zone not null default transaction_timestamp()
    column updated_at timestamp with time zone not null default transaction_timestamp()
    constraint scim_users_pkey PRIMARY KEY (tenant_id, scim_user_id)
    constraint scim_users_contact_key UNIQUE (tenant_id, contact_id)
    constraint scim_users_external_key UNIQUE (tenant_id, external_id)
    constraint scim_users_user_name_key UNIQUE (tenant_id, user_name_key)
    constraint scim_users_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint scim_users_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint scim_users_role_may_be_given CHECK ((role = ANY (ARRAY['agent'::text, 'light_agent'::text, 'requester'::text])))
    constraint scim_users_subject_is_short CHECK (((octet_length(subject) >= 1) AND (octet_length(subject) <= 255)))
    constraint scim_users_user_name_is_short CHECK (((char_length(user_name) >= 1) AND (char_length(user_name) <= 255)))
    CREATE INDEX scim_users_created_idx ON ringfence.scim_users USING btree (tenant_id, created_at, scim_user_id)
    policy scim_users_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy scim_users_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy scim_users_change_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy scim_users_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy scim_users_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('provision.manage'::text) AS may))
    policy scim_users_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy scim_users_remove_by_definers for delete to ringfence_owner using (tenant_id = ringfence.tenant_id())
    grant select to ringfence_app

table ringfence.sessions
    owner ringfence_owner, row security enabled, forced
    column session_id uuid not null
    column session_hash bytea not null statistics 0
    column identity_id uuid not null
    column issuer_session_id text statistics 0
    column id_token text statistics 0
    column acr text statistics 0
    column verified_email text statistics 0
    column authenticated_at timestamp with time zone
    column created_at timestamp with time zone not null default transaction_timestamp()
    column last_seen_at timestamp with time zone not null default transaction_timestamp()
    column idle_expires_at timestamp with time zone not null
    column expires_at timestamp with time zone not null
    column ended_at timestamp with time zone
    constraint sessions_pkey PRIMARY KEY (session_id)
    constraint sessions_hash_key UNIQUE (session_hash)
    constraint sessions_identity_fkey FOREIGN KEY (identity_id) REFERENCES ringfence.identities(identity_id)
    constraint sessions_hash_is_sha256 CHECK ((octet_length(session_hash) = 32))
    CREATE INDEX sessions_identity_idx ON ringfence.sessions USING btree (identity_id)
    CREATE INDEX sessions_idle_expires_idx ON ringfence.sessions USING btree (idle_expires_at)
    policy sessions_clear_by_definers for delete to ringfence_owner using (idle_expires_at < transaction_timestamp())
    policy sessions_end_by_definers for update to ringfence_owner using true with check true
    policy sessions_open_by_definers for insert to ringfence_owner with check true
    policy sessions_read_at_the_gate for select to ringfence_gate using true
    policy sessions_read_by_definers for select to ringfence_owner using true
    grant select to ringfence_gate

table ringfence.sign_in_attempts
    owner ringfence_owner, row security enabled, forced
    column attempt_hash bytea not null statistics 0
    column issuer text not null statistics 0
    column return_to text not null statistics 0
    column tenant_id uuid
    column max_age integer
    column acr text statistics 0
    column created_at timestamp with time zone not null default transaction_timestamp()
    column expires_at timestamp with time zone not null
    constraint sign_in_attempts_pkey PRIMARY KEY (attempt_hash)
    constraint sign_in_attempts_hash_is_sha256 CHECK ((octet_length(attempt_hash) = 32))
    constraint sign_in_attempts_issuer_is_short CHECK (((char_length(issuer) >= 1) AND (char_length(issuer) <= 500)))
    constraint sign_in_attempts_max_age_is_positive CHECK ((max_age > 0))
    constraint sign_in_attempts_return_to_is_short CHECK (((char_length(return_to) >= 1) AND (char_length(return_to) <= 2000)))
    CREATE INDEX sign_in_attempts_expires_idx ON ringfence.sign_in_attempts USING btree (expires_at)
    policy sign_in_attempts_begin_by_definers for insert to ringfence_owner with check true
    policy sign_in_attempts_end_by_definers for delete to ringfence_owner using true
    policy sign_in_attempts_lock_by_definers for update to ringfence_owner using true with check false
    policy sign_in_attempts_read_by_definers for select to ringfence_owner using true

table ringfence.tags
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column tag text not null statistics 0
    constraint tags_pkey PRIMARY KEY (tenant_id, tag)
    constraint tags_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint tags_tag_is_a_word CHECK ((tag ~ '^[^\s,]{1,64}$'::text))
    policy tags_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy tags_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy tags_create for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (( SELECT ringfence.may('ticket.create'::text) AS may) OR ( SELECT ringfence.may('ticket.create.group'::text) AS may)))
    policy tags_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy tags_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('group.read'::text) AS may))
    grant insert, select to ringfence_app

table ringfence.tenant_roles
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column role_id uuid not null
    column name text not null statistics 0
    column permissions text[] not null statistics 0
    column version integer not null default 1
    column created_at timestamp with time zone not null default transaction_timestamp()
    column updated_at timestamp with time zone not null default transaction_timestamp()
    constraint tenant_roles_pkey PRIMARY KEY (tenant_id, role_id)
    constraint tenant_roles_name_key UNIQUE (tenant_id, name)
    constraint tenant_roles_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint tenant_roles_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
    constraint tenant_roles_permissions_are_names CHECK ((array_to_string(permissions, ','::text) ~ '^[a-z_.,]*$'::text))
    constraint tenant_roles_stay_below_owner CHECK ((NOT (permissions && ARRAY['owner.manage'::text, 'break_glass.grant'::text, 'agreement.manage'::text, 'act_as'::text, 'provision.manage'::text, 'ticket.import'::text])))
    constraint tenant_roles_times_can_be_told CHECK (((updated_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-30 22:00:01+00'::timestamp with time zone)))
    CREATE INDEX tenant_roles_created_idx ON ringfence.tenant_roles USING btree (tenant_id, created_at, role_id)
    policy tenant_roles_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy tenant_roles_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy tenant_roles_change for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('role.manage'::text) AS may) AND (permissions <@ ( SELECT ringfence.grantable() AS grantable))) with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('role.manage'::text) AS may) AND (permissions <@ ( SELECT ringfence.grantable() AS grantable)))
    policy tenant_roles_create for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('role.manage'::text) AS may) AND (permissions <@ ( SELECT ringfence.grantable() AS grantable)))
    policy tenant_roles_read for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('member.read'::text) AS may))
    policy tenant_roles_read_at_the_gate for select to ringfence_gate using (tenant_id = ringfence.tenant_id())
    policy tenant_roles_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy tenant_roles_remove for delete to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('role.manage'::text) AS may) AND (permissions <@ ( SELECT ringfence.grantable() AS grantable)))
    grant delete, select to ringfence_app
    grant insert (tenant_id, role_id, name, permissions) to ringfence_app
    grant update (name, permissions, version, updated_at) to ringfence_app
    grant select (tenant_id, role_id, permissions) to ringfence_gate

table ringfence.tenants
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column slug text not null
    column name text not null statistics 0
    column status text not null default 'active'::text
    column created_at timestamp with time zone not null default transaction_timestamp()
    column suspended_at timestamp with time zone
    column required_issuers text[] statistics 0
    column sign_in_version integer not null default 1
    constraint tenants_pkey PRIMARY KEY (tenant_id)
    constraint tenants_slug_key EXCLUDE USING hash (slug WITH =)
    constraint tenants_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
    constraint tenants_required_issuers_are_some CHECK ((((cardinality(required_issuers) >= 1) AND (cardinality(required_issuers) <= 20)) AND (array_position(required_issuers, NULL::text) IS NULL)))
    constraint tenants_slug_is_a_label CHECK ((slug ~ '^[a-z][a-z0-9-]{1,38}[a-z0-9]$'::text))
    constraint tenants_status_is_known CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text])))
    constraint tenants_suspended_has_suspended_at CHECK (((status = 'suspended'::text) = (suspended_at IS NOT NULL)))
    policy tenants_wall as restrictive for all to ringfence_app using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy tenants_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy tenants_change_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy tenants_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy tenants_read_at_the_gate for select to ringfence_gate using (tenant_id = ringfence.tenant_id())
    policy tenants_read_by_definers for select to ringfence_owner using true
    policy tenants_read_own for select to ringfence_app using (tenant_id = ringfence.tenant_id())
    grant select (tenant_id, slug, name, status, created_at, required_issuers, sign_in_version) to ringfence_app
    grant select (tenant_id, status, required_issuers) to ringfence_gate

table ringfence.ticket_counters
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column last bigint not null default 0
    constraint ticket_counters_pkey PRIMARY KEY (tenant_id)
    constraint ticket_counters_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint ticket_counters_last_is_positive CHECK ((last >= 0))
    policy ticket_counters_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy ticket_counters_change_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy ticket_counters_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy ticket_counters_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())

table ringfence.ticket_events
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column ticket_event_id uuid not null
    column ticket_id uuid not null
    column requester_id uuid not null
    column group_key uuid not null
    column actor_id uuid not null
    column kind text not null
    column visibility text not null
    column version integer not null
    column changes jsonb not null default '{}'::jsonb statistics 0
    column created_at timestamp with time zone not null default transaction_timestamp()
    constraint ticket_events_pkey PRIMARY KEY (tenant_id, ticket_event_id)
    constraint ticket_events_actor_fkey FOREIGN KEY (tenant_id, actor_id) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint ticket_events_ticket_fkey FOREIGN KEY (tenant_id, ticket_id, requester_id, group_key) REFERENCES ringfence.tickets(tenant_id, ticket_id, requester_id, group_key) ON UPDATE CASCADE
    constraint ticket_events_kind_is_known CHECK ((kind = ANY (ARRAY['ticket.created'::text, 'ticket.updated'::text, 'ticket.assigned'::text, 'ticket.status_set'::text, 'comment.created'::text])))
    constraint ticket_events_times_can_be_told CHECK (((created_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-30 22:00:01+00'::timestamp with time zone)))
    constraint ticket_events_visibility_is_known CHECK ((visibility = ANY (ARRAY['public'::text, 'internal'::text])))
    CREATE INDEX ticket_events_ticket_idx ON ringfence.ticket_events USING btree (tenant_id, ticket_id, created_at, ticket_event_id)
    policy ticket_events_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy ticket_events_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy ticket_events_read_as_requester for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND (requester_id = ( SELECT ringfence.member_with('ticket.read.own'::text) AS member_with)) AND (visibility = 'public'::text))
    policy ticket_events_read_in_groups for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND (group_key = ANY (( SELECT ringfence.groups_with('ticket.read.group'::text) AS groups_with)::uuid[])))
    policy ticket_events_read_whole for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('ticket.read'::text) AS may))
    policy ticket_events_write for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (actor_id = ( SELECT ringfence.member_with('ticket.read'::text) AS member_with)) AND ( SELECT ringfence.acts_on_tickets() AS acts_on_tickets) AND ((created_at = transaction_timestamp()) OR ( SELECT ringfence.may('ticket.import'::text) AS may)))
    policy ticket_events_write_in_groups for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (group_key = ANY (( SELECT ringfence.groups_with('ticket.read.group'::text) AS groups_with)::uuid[])) AND (actor_id = ( SELECT ringfence.member() AS member)) AND ( SELECT ringfence.acts_on_tickets() AS acts_on_tickets) AND (created_at = transaction_timestamp()))
    policy ticket_events_write_own for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (requester_id = ( SELECT ringfence.member_with('ticket.read.own'::text) AS member_with)) AND (actor_id = requester_id) AND ( SELECT ringfence.acts_on_tickets() AS acts_on_tickets) AND (created_at = transaction_timestamp()))
    policy ticket_events_written_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    grant select to ringfence_app
    grant insert (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version, changes, created_at) to ringfence_app

table ringfence.ticket_links
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column link_id uuid not null
    column agreement_id uuid not null
    column ticket_id uuid not null
    column requester_id uuid not null
    column group_key uuid not null
    column direction text not null default 'outgoing'::text statistics 0
    column state text not null default 'pending'::text statistics 0
    column reason text statistics 0
    column created_by uuid
    column requester_name text statistics 0
    column requester_email text statistics 0
    column created_at timestamp with time zone not null default transaction_timestamp()
    column settled_at timestamp with time zone
    column standing uuid generated always as 
CASE
    WHEN (state <> 'refused'::text) THEN ticket_id
    ELSE NULL::uuid
END stored
    constraint ticket_links_pkey PRIMARY KEY (tenant_id, link_id)
    constraint ticket_links_standing_key UNIQUE (tenant_id, agreement_id, standing)
    constraint ticket_links_ticket_key UNIQUE (tenant_id, link_id, ticket_id)
    constraint ticket_links_agreement_fkey FOREIGN KEY (tenant_id, agreement_id) REFERENCES ringfence.agreements(tenant_id, agreement_id)
    constraint ticket_links_created_by_fkey FOREIGN KEY (tenant_id, created_by) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint ticket_links_ticket_fkey FOREIGN KEY (tenant_id, ticket_id, requester_id, group_key) REFERENCES ringfence.tickets(tenant_id, ticket_id, requester_id, group_key) ON UPDATE CASCADE
    constraint ticket_links_direction_is_known CHECK ((direction = ANY (ARRAY['outgoing'::text, 'incoming'::text])))
    constraint ticket_links_outgoing_is_somebodys CHECK (((direction = 'outgoing'::text) = (created_by IS NOT NULL)))
    constraint ticket_links_refused_has_reason CHECK (((state = 'refused'::text) = (reason IS NOT NULL)))
    constraint ticket_links_settled_has_settled_at CHECK (((state = 'pending'::text) = (settled_at IS NULL)))
    constraint ticket_links_state_is_known CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'refused'::text])))
    CREATE INDEX ticket_links_ticket_idx ON ringfence.ticket_links USING btree (tenant_id, ticket_id, created_at, link_id)
    policy ticket_links_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy ticket_links_wall_each_row as restrictive for all to ringfence_app using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy ticket_links_change_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy ticket_links_create for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (created_by = ( SELECT ringfence.member_with('ticket.escalate'::text) AS member_with)))
    policy ticket_links_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy ticket_links_create_in_groups for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (group_key = ANY (( SELECT ringfence.groups_with('ticket.escalate.group'::text) AS groups_with)::uuid[])) AND (created_by = ( SELECT ringfence.member() AS member)))
    policy ticket_links_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy ticket_links_read_in_groups for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND (group_key = ANY (( SELECT ringfence.groups_with('ticket.read.group'::text) AS groups_with)::uuid[])))
    policy ticket_links_read_whole for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('ticket.read'::text) AS may))
    grant select to ringfence_app
    grant insert (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by) to ringfence_app

table ringfence.tickets
    owner ringfence_owner, row security enabled, forced
    column tenant_id uuid not null
    column ticket_id uuid not null
    column number bigint not null
    column subject text not null statistics 0
    column status text not null default 'new'::text
    column priority text not null default 'normal'::text
    column type text not null default 'question'::text
    column tags text[] not null default '{}'::text[] statistics 0
    column requester_id uuid not null
    column assignee_id uuid
    column group_id uuid
    column group_key uuid not null generated always as COALESCE(group_id, '00000000-0000-0000-0000-000000000000'::uuid) stored
    column organization_id uuid
    column external_source text statistics 0
    column external_id text statistics 0
    column version integer not null default 1
    column created_at timestamp with time zone not null default transaction_timestamp()
    column updated_at timestamp with time zone not null default transaction_timestamp()
    column closed_at timestamp with time zone
    constraint tickets_pkey PRIMARY KEY (tenant_id, ticket_id)
    constraint tickets_doors_key UNIQUE (tenant_id, ticket_id, requester_id, group_key)
    constraint tickets_external_key UNIQUE (tenant_id, external_source, external_id)
    constraint tickets_number_key UNIQUE (tenant_id, number)
    constraint tickets_assignee_fkey FOREIGN KEY (tenant_id, assignee_id) REFERENCES ringfence.members(tenant_id, member_id)
    constraint tickets_group_fkey FOREIGN KEY (tenant_id, group_id) REFERENCES ringfence.groups(tenant_id, group_id)
    constraint tickets_organization_fkey FOREIGN KEY (tenant_id, organization_id) REFERENCES ringfence.organizations(tenant_id, organization_id)
    constraint tickets_requester_fkey FOREIGN KEY (tenant_id, requester_id) REFERENCES ringfence.contacts(tenant_id, contact_id)
    constraint tickets_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES ringfence.tenants(tenant_id)
    constraint tickets_closed_has_closed_at CHECK (((status = 'closed'::text) = (closed_at IS NOT NULL)))
    constraint tickets_external_is_whole CHECK (((external_source IS NULL) = (external_id IS NULL)))
    constraint tickets_number_is_positive CHECK ((number > 0))
    constraint tickets_priority_is_known CHECK ((priority = ANY (ARRAY['low'::text, 'normal'::text, 'high'::text, 'urgent'::text])))
    constraint tickets_status_is_known CHECK ((status = ANY (ARRAY['new'::text, 'open'::text, 'pending'::text, 'on_hold'::text, 'solved'::text, 'closed'::text])))
    constraint tickets_subject_is_short CHECK (((char_length(subject) >= 1) AND (char_length(subject) <= 500)))
    constraint tickets_tags_are_few CHECK ((cardinality(tags) <= 50))
    constraint tickets_tags_are_words CHECK (((array_to_string(tags, ' '::text, ','::text) ~ '^([^\s,]{1,64}( [^\s,]{1,64})*)?$'::text) AND (cardinality(string_to_array(array_to_string(tags, ' '::text), ' '::text)) = cardinality(tags))))
    constraint tickets_times_can_be_told CHECK ((((created_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (created_at <= '9999-12-30 22:00:01+00'::timestamp with time zone)) AND ((updated_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (updated_at <= '9999-12-30 22:00:01+00'::timestamp with time zone)) AND ((closed_at >= '0001-01-02 00:00:00+00'::timestamp with time zone) AND (closed_at <= '9999-12-30 22:00:01+00'::timestamp with time zone))))
    constraint tickets_type_is_known CHECK ((type = ANY (ARRAY['question'::text, 'incident'::text, 'problem'::text, 'task'::text])))
    CREATE INDEX tickets_assignee_idx ON ringfence.tickets USING btree (tenant_id, assignee_id, updated_at DESC, ticket_id DESC)
    CREATE INDEX tickets_created_idx ON ringfence.tickets USING btree (tenant_id, created_at DESC, ticket_id DESC)
    CREATE INDEX tickets_group_idx ON ringfence.tickets USING btree (tenant_id, group_id, updated_at DESC, ticket_id DESC)
    CREATE INDEX tickets_organization_idx ON ringfence.tickets USING btree (tenant_id, organization_id, updated_at DESC, ticket_id DESC)
    CREATE INDEX tickets_requester_idx ON ringfence.tickets USING btree (tenant_id, requester_id, updated_at DESC, ticket_id DESC)
    CREATE INDEX tickets_updated_idx ON ringfence.tickets USING btree (tenant_id, updated_at DESC, ticket_id DESC)
    policy tickets_wall as restrictive for all to PUBLIC using (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant)) with check (tenant_id = ( SELECT ringfence.current_tenant() AS current_tenant))
    policy tickets_wall_each_row as restrictive for all to ringfence_app, ringfence_reporting using (tenant_id = ANY (ARRAY[( SELECT ringfence.current_tenant() AS current_tenant)])) with check true
    policy tickets_change for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('ticket.change'::text) AS may) AND (status <> 'closed'::text)) with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('ticket.change'::text) AS may))
    policy tickets_change_by_definers for update to ringfence_owner using (tenant_id = ringfence.tenant_id()) with check (tenant_id = ringfence.tenant_id())
    policy tickets_change_in_groups for update to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND (group_id = ANY (( SELECT ringfence.groups_with('ticket.change.group'::text) AS groups_with)::uuid[])) AND (status <> 'closed'::text)) with check ((tenant_id = ringfence.tenant_id()) AND (group_id = ANY (( SELECT ringfence.groups_with('ticket.change.group'::text) AS groups_with)::uuid[])))
    policy tickets_create for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('ticket.create'::text) AS may) AND (created_at = transaction_timestamp()))
    policy tickets_create_by_definers for insert to ringfence_owner with check (tenant_id = ringfence.tenant_id())
    policy tickets_create_in_groups for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (group_id = ANY (( SELECT ringfence.groups_with('ticket.create.group'::text) AS groups_with)::uuid[])) AND (created_at = transaction_timestamp()))
    policy tickets_create_own for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND (requester_id = ( SELECT ringfence.member_with('ticket.create.own'::text) AS member_with)) AND (status = 'new'::text) AND (assignee_id IS NULL) AND (group_id IS NULL) AND (organization_id IS NULL) AND (tags = '{}'::text[]) AND (external_id IS NULL) AND (created_at = transaction_timestamp()) AND (updated_at = transaction_timestamp()))
    policy tickets_import for insert to ringfence_app with check ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('ticket.import'::text) AS may))
    policy tickets_read_as_requester for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND (requester_id = ( SELECT ringfence.member_with('ticket.read.own'::text) AS member_with)))
    policy tickets_read_by_definers for select to ringfence_owner using (tenant_id = ringfence.tenant_id())
    policy tickets_read_in_groups for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND (group_id = ANY (( SELECT ringfence.groups_with('ticket.read.group'::text) AS groups_with)::uuid[])))
    policy tickets_read_whole for select to ringfence_app using ((tenant_id = ringfence.tenant_id()) AND ( SELECT ringfence.may('ticket.read'::text) AS may))
    policy tickets_report for select to ringfence_reporting using (( SELECT ringfence.member() AS member) IS NULL)
    grant select to ringfence_app
    grant insert (tenant_id, ticket_id, number, subject, status, priority, type, tags, requester_id, assignee_id, group_id, organization_id, external_source, external_id, created_at, updated_at, closed_at) to ringfence_app
    grant update (subject, status, priority, type, tags, requester_id, assignee_id, group_id, organization_id, external_source, external_id, version, updated_at, closed_at) to ringfence_app
    grant select (tenant_id, ticket_id, number, subject, status, priority, type, tags, requester_id, assignee_id, group_id, organization_id, external_source, external_id, created_at, updated_at, closed_at) to ringfence_reporting

view reporting.comments
    owner ringfence_owner, with (security_barrier=true, security_invoker=true)
    comment 'Every comment of your tenant, internal ones included.'
    column comment_id uuid comment 'Stable id (UUIDv7).'
    column ticket_id uuid comment 'The ticket that it is on.'
    column author_id uuid comment 'The contact or member who wrote it.'
    column visibility text comment 'public (the requester reads it) or internal.'
    column body text comment 'Plain text or CommonMark, as it was written.'
    column created_at timestamp with time zone comment 'When it was written, UTC.'
     SELECT comment_id,
        ticket_id,
        author_id,
        visibility,
        body,
        created_at
       FROM ringfence.comments c;
    grant select to ringfence_reporting

view reporting.tickets
    owner ringfence_owner, with (security_barrier=true, security_invoker=true)
    comment 'Every ticket of your tenant.'
    column ticket_id uuid comment 'Stable id (UUIDv7).'
    column number bigint comment 'The number people use; unique in the tenant, gaps are normal.'
    column subject text comment 'One line, as the requester or an agent wrote it.'
    column status text comment 'new, open, pending, on_hold, solved or closed.'
    column status_category text comment 'The same as status: what statuses of a tenant''s own would belong to.'
    column priority text comment 'low, normal, high or urgent.'
    column type text comment 'question, incident, problem or task.'
    column tags text[] comment 'Words that agents sort by.'
    column requester_id uuid comment 'The contact who asked.'
    column assignee_id uuid comment 'The member who has it in hand; null: nobody.'
    column group_id uuid comment 'The group in whose queue it stands; null: none.'
    column organization_id uuid comment 'The organization that it is for; null: none.'
    column external_source text comment 'The system that it was imported from; null: it began here.'
    column external_id text comment 'Its id in that system.'
    column created_at timestamp with time zone comment 'When it began, UTC; of an imported ticket in the system that it comes from.'
    column updated_at timestamp with time zone comment 'Last change or comment, UTC.'
    column closed_at timestamp with time zone comment 'When it was closed, UTC; null: it is not.'
     SELECT ticket_id,
        number,
        subject,
        status,
        status AS status_category,
        priority,
        type,
        tags,
        requester_id,
        assignee_id,
        group_id,
        organization_id,
        external_source,
        external_id,
        created_at,
        updated_at,
        closed_at
       FROM ringfence.tickets t;
    grant select to ringfence_reporting

function ringfence.accept_invitation(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.accept_invitation(token text)
     RETURNS TABLE(outcome text, member_id uuid, role text)
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.minted(token, 'invitation.accept');
        tenant uuid := (said ->> 'tenant_id')::uuid;
        request uuid := (said ->> 'request_id')::uuid;
        asking record;
        invited record;
        held text[];
        person uuid;
        made_version integer;
        reached integer;
    begin
        select s.session_id, s.identity_id, lower(s.verified_email collate "C") as email, i.issuer into asking
          from ringfence.live_session(said ->> 'session') s join ringfence.identities i on i.identity_id = s.identity_id;
        if asking.session_id is null then
            raise exception 'the credential is not valid' using errcode = 'RF004';
        end if;
        perform ringfence.seal(tenant);
        -- Whoever comes second waits here, and finds it taken.
        select v.invitation_id, v.email, v.name, v.role, v.invited_by, t.required_issuers into invited
          from ringfence.invitations v join ringfence.tenants t on t.tenant_id = v.tenant_id
         where v.tenant_id = tenant and v.secret_hash = decode(said ->> 'secret', 'hex') and v.accepted_at is null and v.revoked_at is null
           and v.expires_at > clock_timestamp() and t.status = 'active'
           for update of v;
        select case m.role when 'service' then m.permissions
                           when 'custom' then (select r.permissions from ringfence.tenant_roles r where r.tenant_id = m.tenant_id and r.role_id = m.role_id)
                           else string_to_array(trim(both ',' from ringfence.permissions_of(m.role, false)), ',') end into held
          from ringfence.members m where m.tenant_id = tenant and m.member_id = invited.invited_by;
        outcome := case
            when held is null
                or not (string_to_array(trim(both ',' from ringfence.permissions_of('admin', false)), ',') <@ held)
                or (invited.role = 'owner' and not ('owner.manage' = any (held))) then
                case when exists (select from ringfence.invitations v where v.tenant_id = tenant and v.secret_hash = decode(said ->> 'secret', 'hex'))
                    then 'invitation_ended' else 'invitation_unknown' end
            when asking.email is null then 'email_not_verified'
            when asking.email <> lower(invited.email collate "C") then 'invitation_for_another'
            when invited.required_issuers is not null and not coalesce(asking.issuer = any (invited.required_issuers), false) then 'issuer_not_accepted'
            when exists (select from ringfence.members m where m.tenant_id = tenant and m.identity_id = asking.identity_id and m.role <> 'guest') then 'member_exists'
            else 'accepted' end;
        if outcome = 'accepted' then
            -- Whoever was here by a grant alone takes a place of their own.
            update ringfence.members m set role = invited.role, version = m.version + 1, updated_at = transaction_timestamp()
             where m.tenant_id = tenant and m.identity_id = asking.identity_id
            returning m.member_id, m.version into person, reached;
            if person is null then
                -- A former member's own record is the same person; somebody else's of the same address is not.
                select c.contact_id into person from ringfence.contacts c where c.tenant_id = tenant and c.identity_id = asking.identity_id;
                if person is null then
                    person := ringfence.new_id();
                    insert into ringfence.contacts (tenant_id, contact_id, name, email, identity_id)
                    values (tenant, person, invited.name,
                            case when exists (select from ringfence.contacts c where c.tenant_id = tenant and c.email_key = lower(invited.email)) then null else invited.email end,
                            asking.identity_id)
                    returning contacts.version into made_version;
                end if;
                insert into ringfence.members (tenant_id, member_id, identity_id, role, version)
                values (tenant, person, asking.identity_id, invited.role, ringfence.first_version(person))
                returning members.version into reached;
                insert into ringfence.memberships (identity_id, tenant_id) values (asking.identity_id, tenant);
            end if;
            update ringfence.invitations v set accepted_at = transaction_timestamp(), accepted_by = person, version = v.version + 1
             where v.tenant_id = tenant and v.invitation_id = invited.invitation_id;
            insert into ringfence.audit_inbox (tenant_id, request_id, action, decision, rule, actor_id, identity_id, actor_kind, session_id, authentication, object_type, object_id, object_version, details)
            select tenant, request, e.action, 'allow', 'invitation', person, asking.identity_id, 'user', asking.session_id::text, 'session', e.kind, e.id, e.version, e.details
              from (values ('invitation.accepted', 'invitation', invited.invitation_id, null, '{}'::jsonb),
                           ('contact.created', 'contact', person, made_version, '{}'),
                           ('member.added', 'member', person, reached, jsonb_build_object('role', invited.role))) e (action, kind, id, version, details)
             where e.action <> 'contact.created' or made_version is not null;
            member_id := person;
            role := invited.role;
        end if;
        perform ringfence.unseal();
        return next;
    end
    $function$
    grant execute to ringfence_app

function ringfence.access_of(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.access_of(permission text)
     RETURNS integer
     LANGUAGE sql
     IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (permission ~~ 'ticket.create%'::text) THEN 2 WHEN ((permission ~~ 'ticket.change%'::text) OR (permission ~~ 'ticket.escalate%'::text) OR (permission ~~ 'comment.create%'::text)) THEN 3 WHEN (permission ~~ 'ticket.read%'::text) THEN 4 ELSE 1 END
    grant execute to ringfence_app
    grant execute to ringfence_reporting

function ringfence.actor()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.actor()
     RETURNS uuid
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN (NULLIF(ringfence.context(5), ''::text))::uuid
    grant execute to ringfence_app
    grant execute to ringfence_reporting

function ringfence.acts_on_tickets()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.acts_on_tickets()
     RETURNS boolean
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN (ringfence.permissions() && ARRAY['ticket.create'::text, 'ticket.create.group'::text, 'ticket.create.own'::text, 'ticket.change'::text, 'ticket.change.group'::text, 'ticket.resolve.own'::text, 'ticket.escalate'::text, 'ticket.escalate.group'::text, 'comment.create'::text, 'comment.create.group'::text, 'comment.create.own'::text, 'comment.note.group'::text, 'ticket.import'::text])
    grant execute to ringfence_app

function ringfence.agreement_refuses(ringfence.agreements,text,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.agreement_refuses(agreement ringfence.agreements, way text, action text)
     RETURNS text
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN CASE WHEN ((agreement).agreement_id IS NULL) THEN 'no_agreement'::text WHEN (((agreement).revoked_at IS NOT NULL) OR ((agreement).partner_revoked_at IS NOT NULL)) THEN 'revoked'::text WHEN ((agreement).expires_at <= transaction_timestamp()) THEN 'expired'::text WHEN (((agreement).consented_at IS NULL) OR ((agreement).partner_consented_at IS NULL)) THEN 'not_consented'::text WHEN ((agreement).direction <> ALL (ARRAY[way, 'both'::text])) THEN 'direction'::text WHEN (NOT (action = ANY ((agreement).actions))) THEN 'action'::text ELSE NULL::text END
    grant execute to ringfence_app

function ringfence.begin_sign_in(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.begin_sign_in(token text)
     RETURNS void
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.minted(token, 'sign_in.begin');
    begin
        -- What another sign-in clears away at this moment is left to it. An array is read once; a join might read on past the limit.
        delete from ringfence.sign_in_attempts a
         where a.attempt_hash = any (array(select x.attempt_hash from ringfence.sign_in_attempts x where x.expires_at < transaction_timestamp() order by x.expires_at limit 100 for update skip locked));
        insert into ringfence.sign_in_attempts (attempt_hash, issuer, return_to, tenant_id, max_age, acr, expires_at)
        values (decode(said ->> 'attempt', 'hex'), said ->> 'issuer', said ->> 'return_to', (said ->> 'tenant_id')::uuid,
                (said ->> 'max_age')::integer, said ->> 'acr', transaction_timestamp() + make_interval(secs => (said ->> 'lifetime')::integer));
    end
    $function$
    grant execute to ringfence_app

function ringfence.command_turn(uuid,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.command_turn(tenant_id uuid, command text)
     RETURNS boolean
     LANGUAGE sql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN pg_try_advisory_xact_lock(ringfence.turn_key('command'::text, tenant_id, command))
    grant execute to ringfence_operator

function ringfence.common_groups(text,text,text,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.common_groups(held text, groups text, other_held text, other_groups text)
     RETURNS text
     LANGUAGE plpgsql
     IMMUTABLE PARALLEL SAFE
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        if other_held not like '%.group,%' then
            return groups;
        elsif held not like '%.group,%' then
            return other_groups;
        end if;
        return (select string_agg((select coalesce(array_agg(g), '{}')::text
                                     from unnest(split_part(groups, ';', n)::uuid[]) g where g = any (split_part(other_groups, ';', n)::uuid[])), ';' order by n)
                  from generate_series(1, 4) n);
    end
    $function$
    grant execute to ringfence_gate

function ringfence.complete_crossing(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.complete_crossing(receipt text)
     RETURNS void
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.opened('receipt', receipt);
    begin
        perform ringfence.seal((said ->> 'from')::uuid);
        if (said ->> 'kind' <> 'agreement' and said ->> 'refused' is null) or exists (select from ringfence.crossing_queue q
            where q.tenant_id = (said ->> 'from')::uuid and q.intent_id = (said ->> 'intent')::uuid and q.claim = (said ->> 'claim')::uuid for update) then
            perform ringfence.settle_crossing((said ->> 'from')::uuid, (said ->> 'intent')::uuid, (said ->> 'agreement')::uuid, said ->> 'kind', said ->> 'refused');
        end if;
        perform ringfence.unseal();
    end
    $function$
    grant execute to ringfence_dispatcher

function ringfence.consent_agreement(uuid,integer)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.consent_agreement(agreement_id uuid, version integer)
     RETURNS SETOF ringfence.agreements
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        after ringfence.agreements;
    begin
        update ringfence.agreements a
           set consented_at = transaction_timestamp(), consented_by = ringfence.member_with('agreement.manage'),
               version = a.version + 1, updated_at = transaction_timestamp()
         where a.tenant_id = ringfence.current_tenant() and a.agreement_id = consent_agreement.agreement_id
           and a.version = consent_agreement.version and ringfence.member_with('agreement.manage') is not null
           and a.consented_at is null and a.revoked_at is null and a.partner_revoked_at is null and a.expires_at > transaction_timestamp()
        returning a.* into after;
        if after.agreement_id is not null then
            perform ringfence.send_over('agreement', after.agreement_id, after.agreement_id);
            insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
            values (after.tenant_id, 'agreement.consented', 'allow', 'agreement.manage', 'agreement', after.agreement_id, after.version);
            return next after;
        end if;
    end
    $function$
    grant execute to ringfence_app

function ringfence.context(integer)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.context(line integer)
     RETURNS text
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN split_part(current_setting('backtrace_functions'::text), chr(10), line)
    grant execute to ringfence_app
    grant execute to ringfence_gate
    grant execute to ringfence_reporting

function ringfence.create_reporting_login(uuid,text,uuid)
    owner ringfence_provisioner
    CREATE OR REPLACE FUNCTION ringfence.create_reporting_login(tenant_id uuid, verifier text, request_id uuid)
     RETURNS name
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        -- Opaque: role names are readable by every login of the server.
        login name := 'r_' || left(replace(gen_random_uuid()::text, '-', ''), 20);
    begin
        if verifier !~ '^SCRAM-SHA-256\$[0-9]{4,7}:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' then
            raise exception 'not a SCRAM-SHA-256 verifier' using errcode = '22023';
        end if;
        perform ringfence.register_reporting_login(login, create_reporting_login.tenant_id, create_reporting_login.request_id);
        execute format('create role %I login inherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit 5 password %L', login, verifier);
        execute format('grant ringfence_reporting to %I', login);
        execute format('grant %I to ringfence_provisioner', login);
        execute format('alter role %I set default_transaction_read_only = on', login);
        execute format('alter role %I set statement_timeout = ''60s''', login);
        execute format('alter role %I set idle_in_transaction_session_timeout = ''60s''', login);
        execute format('alter role %I set search_path = reporting', login);
        return login;
    end
    $function$

function ringfence.create_tenant(uuid,text,text,uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.create_tenant(tenant_id uuid, slug text, name text, request_id uuid)
     RETURNS void
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        perform ringfence.seal(create_tenant.tenant_id);
        insert into ringfence.tenants (tenant_id, slug, name) values (create_tenant.tenant_id, create_tenant.slug, create_tenant.name);
        insert into ringfence.ticket_counters (tenant_id) values (create_tenant.tenant_id);
        insert into ringfence.audit_heads (tenant_id, length) values (create_tenant.tenant_id, 0);
        perform ringfence.record_operation(create_tenant.tenant_id, create_tenant.request_id, 'tenant.created', 'tenant', create_tenant.tenant_id, '{}');
        perform ringfence.record_operation(null, create_tenant.request_id, 'tenant.created', 'tenant', create_tenant.tenant_id, '{}');
        perform ringfence.unseal();
    end
    $function$
    grant execute to ringfence_operator

function ringfence.credential()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.credential()
     RETURNS text
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN convert_from(decode(ringfence.context(8), 'hex'::text), 'UTF8'::name)
    grant execute to ringfence_app

function ringfence.current_tenant()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.current_tenant()
     RETURNS uuid
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN COALESCE(ringfence.tenant_id(), ringfence.tenant_of_login())
    grant execute to ringfence_app
    grant execute to ringfence_gate
    grant execute to ringfence_reporting

function ringfence.deactivate_user(uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.deactivate_user(person uuid)
     RETURNS TABLE(scim_user_id uuid, version integer)
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        return query
        update ringfence.scim_users u set active = false, version = u.version + 1, updated_at = transaction_timestamp()
         where u.tenant_id = ringfence.current_tenant() and u.contact_id = deactivate_user.person and u.active
           and not exists (select from ringfence.members m where m.tenant_id = u.tenant_id and m.member_id = u.contact_id)
        returning u.scim_user_id, u.version;
    end
    $function$
    grant execute to ringfence_app

function ringfence.deliver_crossing(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.deliver_crossing(letter text)
     RETURNS text
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.opened('letter', letter);
        refused text;
    begin
        perform from ringfence.crossing_queue q
          where q.tenant_id = (said ->> 'from')::uuid and q.intent_id = (said ->> 'intent')::uuid and q.claim = (said ->> 'claim')::uuid
            for update;
        if not found then
            return null;
        end if;
        perform ringfence.seal((said ->> 'to')::uuid);
        if not exists (select from ringfence.tenants t where t.tenant_id = (said ->> 'to')::uuid and t.status = 'active') then
            perform ringfence.unseal();
            return null;
        end if;
        if said ->> 'kind' = 'agreement' then
            perform ringfence.receive_agreement(said);
        elsif said ->> 'kind' = 'ticket' then
            refused := ringfence.receive_ticket(said);
        else
            refused := ringfence.receive_comment(said);
        end if;
        perform ringfence.unseal();
        return ringfence.signed('receipt', jsonb_build_object('kind', said -> 'kind', 'intent', said -> 'intent', 'claim', said -> 'claim',
            'agreement', said -> 'agreement', 'from', said -> 'from', 'refused', refused)::text);
    end
    $function$
    grant execute to ringfence_dispatcher

function ringfence.deprovision_group(uuid,integer)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.deprovision_group(scim_group_id uuid, version integer)
     RETURNS SETOF ringfence.scim_groups
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        here uuid := ringfence.provisioning_turn();
        gone ringfence.scim_groups;
        affected uuid[];
    begin
        select g.* into gone from ringfence.scim_groups g
         where g.tenant_id = here and g.scim_group_id = deprovision_group.scim_group_id and g.version = coalesce(deprovision_group.version, g.version);
        if gone.scim_group_id is null then
            return;
        end if;
        affected := array(select i.scim_user_id from ringfence.scim_group_members i where i.tenant_id = here and i.scim_group_id = gone.scim_group_id);
        delete from ringfence.scim_group_members i where i.tenant_id = here and i.scim_group_id = gone.scim_group_id;
        -- Members before users, as there.
        perform ringfence.settle_provisioned(affected);
        update ringfence.scim_users u set version = u.version + 1, updated_at = transaction_timestamp()
         where u.tenant_id = here and u.scim_user_id = any (affected);
        delete from ringfence.scim_groups g where g.tenant_id = here and g.scim_group_id = gone.scim_group_id;
        delete from ringfence.groups q
         where q.tenant_id = here and q.group_id = gone.group_id
           and not exists (select from ringfence.tickets t where t.tenant_id = here and t.group_id = q.group_id)
           and not exists (select from ringfence.group_members w where w.tenant_id = here and w.group_id = q.group_id);
        return next gone;
    end
    $function$
    grant execute to ringfence_app

function ringfence.deprovision_member(uuid,uuid,uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.deprovision_member(tenant_id uuid, member_id uuid, request_id uuid)
     RETURNS text
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        person_held ringfence.contacts;
        ended ringfence.members;
        switched_off uuid;
    begin
        perform ringfence.seal(deprovision_member.tenant_id);
        person_held := ringfence.hold_person(deprovision_member.member_id);
        -- Locked in one order, and counted after: of two owners who are removed at once the second one is the last.
        perform from ringfence.members o where o.tenant_id = deprovision_member.tenant_id and o.role = 'owner' order by o.member_id for no key update;
        select m.* into ended from ringfence.members m
         where m.tenant_id = deprovision_member.tenant_id and m.member_id = deprovision_member.member_id for no key update;
        if ended.member_id is null then
            perform ringfence.unseal();
            return 'no_member';
        end if;
        if ended.role = 'owner' and (select count(*) from ringfence.members o where o.tenant_id = deprovision_member.tenant_id and o.role = 'owner') = 1 then
            perform ringfence.unseal();
            return 'last_owner';
        end if;
        update ringfence.contacts c set member_version = ended.version where c.tenant_id = deprovision_member.tenant_id and c.contact_id = person_held.contact_id;
        update ringfence.tickets t set assignee_id = null, version = t.version + 1, updated_at = transaction_timestamp()
         where t.tenant_id = deprovision_member.tenant_id and t.assignee_id = deprovision_member.member_id;
        delete from ringfence.api_tokens a where a.tenant_id = deprovision_member.tenant_id and a.member_id = deprovision_member.member_id;
        delete from ringfence.group_members g where g.tenant_id = deprovision_member.tenant_id and g.member_id = deprovision_member.member_id;
        delete from ringfence.memberships b where b.tenant_id = deprovision_member.tenant_id and b.identity_id = ended.identity_id;
        delete from ringfence.members m where m.tenant_id = deprovision_member.tenant_id and m.member_id = deprovision_member.member_id;
        perform ringfence.record_operation(deprovision_member.tenant_id, deprovision_member.request_id, 'member.removed', 'member', deprovision_member.member_id, '{}');
        for switched_off in select u.scim_user_id from ringfence.deactivate_user(deprovision_member.member_id) u loop
            perform ringfence.record_operation(deprovision_member.tenant_id, deprovision_member.request_id, 'provisioning.user_updated', 'scim_user', switched_off,
                jsonb_build_object('member_id', deprovision_member.member_id, 'active', false));
        end loop;
        perform ringfence.unseal();
        return 'removed';
    end
    $function$
    grant execute to ringfence_operator

function ringfence.deprovision_user(uuid,integer)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.deprovision_user(scim_user_id uuid, version integer)
     RETURNS SETOF ringfence.scim_users
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        here uuid := ringfence.provisioning_turn();
        gone ringfence.scim_users;
        affected ringfence.scim_groups;
    begin
        select u.* into gone from ringfence.scim_users u
         where u.tenant_id = here and u.scim_user_id = deprovision_user.scim_user_id and u.version = coalesce(deprovision_user.version, u.version);
        if gone.scim_user_id is null then
            return;
        end if;
        perform ringfence.end_provisioned(gone.contact_id);
        for affected in
            with leave as (
                delete from ringfence.scim_group_members i where i.tenant_id = here and i.scim_user_id = gone.scim_user_id
                returning i.scim_group_id
            )
            update ringfence.scim_groups g set version = g.version + 1, updated_at = transaction_timestamp() from leave l
             where g.tenant_id = here and g.scim_group_id = l.scim_group_id
            returning g.*
        loop
            perform ringfence.record_provisioning('provisioning.group_updated', 'scim_group', affected.scim_group_id, affected.version,
                jsonb_build_object('group_id', affected.group_id, 'users',
                    (select count(*) from ringfence.scim_group_members i where i.tenant_id = here and i.scim_group_id = affected.scim_group_id)));
        end loop;
        delete from ringfence.scim_users u where u.tenant_id = here and u.scim_user_id = gone.scim_user_id;
        return next gone;
    end
    $function$
    grant execute to ringfence_app

function ringfence.end_overdue_reports(interval)
    owner ringfence_provisioner
    CREATE OR REPLACE FUNCTION ringfence.end_overdue_reports(overdue interval)
     RETURNS integer
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        holder integer;
        ended integer := 0;
    begin
        -- Found first and ended then: conditions of one statement are asked in whatever order, and this one acts.
        for holder in select a.pid from pg_stat_activity a where pg_has_role(a.usesysid, 'usage') and a.xact_start < clock_timestamp() - overdue loop
            ended := ended + pg_terminate_backend(holder)::integer;
        end loop;
        return ended;
    end
    $function$
    grant execute to ringfence_auditor

function ringfence.end_provisioned(uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.end_provisioned(person uuid)
     RETURNS void
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        here uuid := ringfence.current_tenant();
        person_held ringfence.contacts := ringfence.hold_person(person);
        left_behind ringfence.tickets;
        ended ringfence.members;
    begin
        -- Held, so that nobody makes an owner or an admin of them, or assigns them a ticket, until they are gone. No row: somebody else ended it.
        select m.* into ended from ringfence.members m where m.tenant_id = here and m.member_id = person for update;
        if not ended.provisioned or ended.role in ('owner', 'admin') then
            raise exception 'not a provisioned member' using errcode = 'RF012';
        end if;
        if ended.member_id is null then
            return;
        end if;
        update ringfence.contacts c set member_version = ended.version where c.tenant_id = here and c.contact_id = person_held.contact_id;
        for left_behind in
            update ringfence.tickets t set assignee_id = null, version = t.version + 1, updated_at = transaction_timestamp()
             where t.tenant_id = here and t.assignee_id = person
            returning t.*
        loop
            insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version, changes)
            values (here, ringfence.new_id(), left_behind.ticket_id, left_behind.requester_id, left_behind.group_key, ringfence.member(), 'ticket.assigned',
                    'internal', left_behind.version, jsonb_build_object('assignee_id', jsonb_build_array(person, null)));
            perform ringfence.record_provisioning('ticket.assigned', 'ticket', left_behind.ticket_id, left_behind.version, '{"fields": ["assignee_id"]}');
        end loop;
        delete from ringfence.group_members w where w.tenant_id = here and w.member_id = person;
        delete from ringfence.api_tokens a where a.tenant_id = here and a.member_id = person;
        delete from ringfence.memberships b using ringfence.members m
         where m.tenant_id = here and m.member_id = person and b.tenant_id = here and b.identity_id = m.identity_id;
        delete from ringfence.members m where m.tenant_id = here and m.member_id = person;
        perform ringfence.record_provisioning('member.removed', 'member', person, ended.version, '{}');
    end
    $function$

function ringfence.end_session(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.end_session(token text)
     RETURNS TABLE(issuer text, id_token text)
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.minted(token, 'session.end');
        ended record;
    begin
        select s.session_id, s.identity_id, s.id_token, i.issuer into ended
          from ringfence.sessions s join ringfence.identities i on i.identity_id = s.identity_id
         where s.session_id = (said ->> 'session_id')::uuid and s.identity_id = (said ->> 'identity_id')::uuid and s.ended_at is null
           for update of s;
        if ended.session_id is null then
            return;
        end if;
        update ringfence.sessions s set ended_at = transaction_timestamp(), id_token = null where s.session_id = ended.session_id;
        perform ringfence.record_session('session.ended', said ->> 'rule', (said ->> 'request_id')::uuid, ended.identity_id, ended.session_id, said ->> 'by', said ->> 'authentication');
        return query select ended.issuer, ended.id_token;
    end
    $function$
    grant execute to ringfence_app

function ringfence.end_sessions_of_issuer(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.end_sessions_of_issuer(token text)
     RETURNS integer
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.minted(token, 'session.end_by_issuer');
        ended record;
        many integer := 0;
    begin
        delete from ringfence.logout_tokens t where t.expires_at < transaction_timestamp() - interval '5 minutes';
        insert into ringfence.logout_tokens (issuer, token_id, expires_at)
        values (said ->> 'issuer', said ->> 'token_id', to_timestamp((said ->> 'expires_at')::double precision))
        on conflict do nothing;
        if not found then
            return null;
        end if;
        for ended in
            update ringfence.sessions s set ended_at = transaction_timestamp(), id_token = null
              from ringfence.identities i
             where i.identity_id = s.identity_id and i.issuer = said ->> 'issuer' and s.ended_at is null
               and (said ->> 'subject' is null or i.subject = said ->> 'subject')
               and (said ->> 'issuer_session_id' is null or s.issuer_session_id = said ->> 'issuer_session_id')
               and (said ->> 'subject' is not null or said ->> 'issuer_session_id' is not null)
            returning s.session_id, s.identity_id
        loop
            perform ringfence.record_session('session.ended', 'issuer', (said ->> 'request_id')::uuid, ended.identity_id, ended.session_id, null, null);
            many := many + 1;
        end loop;
        return many;
    end
    $function$
    grant execute to ringfence_app

function ringfence.enter(text)
    owner ringfence_gate
    CREATE OR REPLACE FUNCTION ringfence.enter(token text)
     RETURNS text
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    -- Each expression is made ready anew in each transaction, which costs more than evaluating it: so there are few on the way that most take.
    declare
        part text[] := string_to_array(token, '|');
        token_inner bytea;
        token_outer bytea;
        entered_tenant uuid;
        -- Whose rights are looked up; who narrows them when that is done.
        caller uuid;
        narrowing uuid;
        -- Of a session or API token: its id, and what it may be used for at most.
        credential_id text;
        scopes text;
        scopes_expire timestamptz;
        -- Of whom is looked up now; and the grant that stands behind the whole entry, the subject's before the actor's.
        granted_role text;
        granted_now text;
        granted_by_glass text;
        subject_member uuid;
        subject_held text;
        subject_groups text;
        found_member uuid;
        member_role text;
        held text;
        -- Of those who work in groups, null for the others: read;create;change;seen.
        group_lists text;
        beside text := '';
        named_permissions text[];
        custom_role uuid;
        elevated timestamptz;
        issuers text[];
    begin
        select k.inner_pad, k.outer_pad into token_inner, token_outer
          from ringfence.keys k where k.purpose = 'token' and k.kid::text = part[7] and k.retired_at is null;
        -- The service has set the tenant it means; the token must mean the same.
        if cardinality(part) is distinct from 8
            or encode(sha256(token_outer || sha256(token_inner || textsend(left(token, -65)))), 'hex') is distinct from part[8]
            or to_timestamp(part[5]::double precision) < clock_timestamp()
            or part[1] is distinct from current_setting('app.tenant_id', true) then
            raise exception 'not a valid token' using errcode = 'RF002';
        end if;
        -- Inside, as nobody.
        entered_tenant := substr(set_config('backtrace_functions', E'ringfence\n' || replace(part[1], '-', ''), true), 11)::uuid;
        if part[2] like 'i:%' then
            caller := substr(part[2], 3)::uuid;
        else
            if part[2] like 's:%' then
                select s.identity_id, s.session_id::text into caller, credential_id from ringfence.live_session(substr(part[2], 3)) s;
            elsif part[2] like 't:%' then
                select m.identity_id, a.api_token_id::text, ',' || array_to_string(a.scopes, ',') || ',', a.expires_at into caller, credential_id, scopes, scopes_expire
                  from ringfence.api_tokens a join ringfence.members m using (tenant_id, member_id)
                 where a.tenant_id = entered_tenant and a.token_hash = decode(substr(part[2], 3), 'hex') and a.revoked_at is null
                   and a.expires_at > clock_timestamp();
            end if;
            if caller is null then
                raise exception 'the credential is not valid' using errcode = 'RF004';
            end if;
        end if;
        if part[3] <> '' then
            if part[3] like 'm:%' then
                narrowing := caller;
                caller := (select m.identity_id from ringfence.members m where m.tenant_id = entered_tenant and m.member_id = substr(part[3], 3)::uuid);
            elsif part[3] like 'a:%' and part[2] like 'i:%' then
                narrowing := substr(part[3], 3)::uuid;
            else
                -- A way to act that is none of these narrows nothing, so it must not pass for acting alone.
                raise exception 'not a valid token' using errcode = 'RF002';
            end if;
        end if;
        loop
            select m.member_id, m.role, m.permissions, m.role_id, m.elevated_until, t.required_issuers
              into found_member, member_role, named_permissions, custom_role, elevated, issuers
              from ringfence.members m, ringfence.tenants t
             where m.tenant_id = entered_tenant and m.identity_id = caller
               and t.tenant_id = entered_tenant and t.status = 'active';
            -- One look for most: what few members have is asked behind it.
            if found_member is null or elevated is not null or issuers is not null or member_role = 'guest' then
                granted_role := null;
                -- Neither an owner nor a service is made another by a grant from before they were one.
                if elevated > clock_timestamp() and member_role not in ('owner', 'service') then
                    -- Of this membership: one from before it ended with that.
                    select g.role, g.grant_id::text into granted_role, granted_now from ringfence.break_glass_grants g
                      join ringfence.members m using (tenant_id, member_id)
                     where g.tenant_id = entered_tenant and g.member_id = found_member and g.created_at >= m.created_at
                       and g.revoked_at is null and g.expires_at > clock_timestamp()
                     order by g.created_at desc;
                    if found then
                        member_role := granted_role;
                        granted_by_glass := coalesce(granted_by_glass, granted_now);
                    end if;
                end if;
                -- A guest is somebody by a grant alone, which names its issuer. A service signs in as its issuer has it, people as
                -- the tenant will have it.
                if found_member is null or member_role = 'guest'
                    or issuers is not null and member_role <> 'service' and granted_role is null
                        and not exists (select from ringfence.identities i where i.identity_id = caller and i.issuer = any (issuers)) then
                    -- Whoever may act for nobody is told that first, and not whether there is somebody to act for.
                    if narrowing is null or part[3] not like 'm:%' then
                        raise exception 'no entry' using errcode = 'RF003';
                    end if;
                    found_member := null;
                end if;
            end if;
            -- A look into another table has a branch of its own: within one expression all of it would be made ready at every entry.
            if member_role in ('agent', 'light_agent', 'custom') then
                -- Whoever is in no group has no list at all. In one order: the digest of somebody's rights (rights()) covers the lists as they stand.
                select coalesce(array_agg(g.group_id) filter (where g.access && '{read,full}'), '{}')::text
                       || ';' || coalesce(array_agg(g.group_id) filter (where g.access && '{create,full}'), '{}')::text
                       || ';' || coalesce(array_agg(g.group_id) filter (where g.access && '{change,full}'), '{}')::text
                       || ';' || array_agg(g.group_id)::text
                  into group_lists
                  from (select w.group_id, w.access from ringfence.group_members w
                         where w.tenant_id = entered_tenant and w.member_id = found_member order by w.group_id) g;
                if member_role = 'custom' then
                    held := (select ',' || array_to_string(r.permissions, ',') || ',' from ringfence.tenant_roles r
                              where r.tenant_id = entered_tenant and r.role_id = custom_role);
                else
                    held := ringfence.permissions_of(member_role, group_lists is not null);
                end if;
            elsif member_role = 'service' then
                held := ',' || array_to_string(named_permissions, ',') || ',';
            else
                held := ringfence.permissions_of(member_role, false);
            end if;
            exit when narrowing is null;
            subject_member := found_member;
            subject_held := held;
            subject_groups := group_lists;
            group_lists := null;
            caller := narrowing;
            narrowing := null;
        end loop;
        if credential_id is not null or part[3] <> '' or granted_by_glass is not null then
            -- The scopes are those of who shows the token.
            if scopes is not null then
                held := ringfence.narrowed(held, scopes);
            end if;
            if part[3] <> '' then
                if part[3] like 'm:%' and (position(',act_as,' in held) = 0 or found_member = subject_member) then
                    raise exception 'may act for nobody' using errcode = 'RF007';
                end if;
                if subject_member is null or found_member = subject_member then
                    raise exception 'nobody to act for' using errcode = 'RF008';
                end if;
                group_lists := ringfence.common_groups(subject_held, subject_groups, held, group_lists);
                -- What is the actor's own is not the subject's.
                held := ringfence.narrowed(subject_held, regexp_replace(held, '[a-z_.]+\.own,', '', 'g'));
            end if;
            if granted_by_glass is not null then
                held := ringfence.for_hours(held);
            end if;
            beside := coalesce(credential_id, '') || '|' || coalesce(granted_by_glass, '') || '|' || coalesce(scopes, '') || '|'
                || coalesce(to_char(scopes_expire at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '');
        end if;
        -- What is free text stands in hex, so that nothing in it parts the lines. format() writes nothing for a null.
        return beside || E'\n' || set_config('backtrace_functions', replace(format(E'ringfence\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s',
            part[1], caller, coalesce(subject_member, found_member), found_member, part[4],
            case member_role when 'service' then 'service' else 'user' end,
            encode(textsend(coalesce(credential_id, current_setting('app.session_id', true))), 'hex'),
            encode(textsend(current_setting('app.authentication', true)), 'hex'),
            replace(held, '.', ' '),
            coalesce(translate(group_lists, ';-{}', E'\n'), E'\n\n\n')), '-', ''), true);
    end
    $function$
    grant execute to ringfence_app

function ringfence.find_session(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.find_session(token text)
     RETURNS TABLE(session_id uuid, identity_id uuid, issuer text, subject text, acr text, authenticated_at timestamp with time zone, verified_email text, idle_expires_at timestamp with time zone, expires_at timestamp with time zone)
     LANGUAGE plpgsql
     STABLE PARALLEL RESTRICTED SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.minted(token, 'session.find');
    begin
        return query
        select s.session_id, s.identity_id, i.issuer, i.subject, s.acr, s.authenticated_at, s.verified_email, s.idle_expires_at, s.expires_at
          from ringfence.sessions s
          join ringfence.identities i on i.identity_id = s.identity_id
         where s.session_hash = decode(said ->> 'session', 'hex')
           and s.ended_at is null and s.idle_expires_at > transaction_timestamp() and s.expires_at > transaction_timestamp();
    end
    $function$
    grant execute to ringfence_app

function ringfence.find_tenant(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.find_tenant(tenant text)
     RETURNS TABLE(tenant_id uuid, status text)
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
     SELECT t.tenant_id,
         t.status
        FROM ringfence.tenants t
       WHERE ((t.slug = find_tenant.tenant) OR ((t.tenant_id)::text = lower(find_tenant.tenant)));
    END
    grant execute to ringfence_operator

function ringfence.first_version(uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.first_version(person uuid)
     RETURNS integer
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        held ringfence.contacts := ringfence.hold_person(person);
    begin
        return coalesce(held.member_version, 0) + 1;
    end
    $function$
    grant execute to ringfence_app

function ringfence.for_hours(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.for_hours(held text)
     RETURNS text
     LANGUAGE sql
     IMMUTABLE PARALLEL SAFE
    RETURN (regexp_replace(held, '\m(member\.manage|role\.manage|token\.manage|token\.create|settings\.change),'::text, ''::text, 'g'::text) || 'break_glass.held,'::text)
    grant execute to ringfence_gate

function ringfence.forget_stale_answers()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.forget_stale_answers()
     RETURNS void
     LANGUAGE sql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
     DELETE FROM ringfence.idempotency_keys k
       WHERE ((k.tenant_id = ringfence.current_tenant()) AND (k.member_id = ringfence.actor()) AND (k.subject_id = ringfence.member()) AND (k.created_at <= (transaction_timestamp() - '24:00:00'::interval)));
    END
    grant execute to ringfence_app

function ringfence.gives_roles()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.gives_roles()
     RETURNS boolean
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN (string_to_array(TRIM(BOTH ','::text FROM ringfence.permissions_of('admin'::text, false)), ','::text) <@ ringfence.permissions())
    grant execute to ringfence_app

function ringfence.grant_break_glass(uuid,text,text,text,text,integer,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.grant_break_glass(grant_id uuid, issuer text, subject text, name text, role text, hours integer, reason text)
     RETURNS SETOF ringfence.break_glass_grants
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        entered_tenant uuid := ringfence.current_tenant();
        granter uuid := ringfence.member();
        identity uuid;
        person uuid;
        person_role text;
        until timestamptz := transaction_timestamp() + grant_break_glass.hours * interval '1 hour';
        reached integer;
        granted ringfence.break_glass_grants;
    begin
        -- An owner, whole and in their own name: who holds the one right and not what it gives away, or acts for an owner, grants nothing.
        if (ringfence.may('break_glass.grant') and ringfence.may('owner.manage') and ringfence.gives_roles()) is not true
            or granter is distinct from ringfence.actor() then
            return;
        end if;
        identity := ringfence.identity_named(grant_break_glass.issuer, grant_break_glass.subject);
        select m.member_id, m.role into person, person_role from ringfence.members m where m.tenant_id = entered_tenant and m.identity_id = identity for update;
        if person_role in ('owner', 'service') then
            return;
        end if;
        if person is null then
            -- A former member's own record is the same person; an address proves nothing.
            select c.contact_id into person from ringfence.contacts c where c.tenant_id = entered_tenant and c.identity_id = identity;
            if person is null then
                person := ringfence.new_id();
                insert into ringfence.contacts (tenant_id, contact_id, name, identity_id)
                values (entered_tenant, person, coalesce(grant_break_glass.name, left(grant_break_glass.subject, 200)), identity)
                returning contacts.version into reached;
                perform ringfence.record_grant('contact.created', 'contact', person, reached, '{}');
            end if;
            insert into ringfence.members (tenant_id, member_id, identity_id, role, elevated_until, version)
            values (entered_tenant, person, identity, 'guest', until, ringfence.first_version(person))
            returning members.version into reached;
            insert into ringfence.memberships (identity_id, tenant_id) values (identity, entered_tenant);
            perform ringfence.record_grant('member.added', 'member', person, reached, '{"role": "guest"}');
        else
            -- Not what a member is: whoever reads them reads no other version.
            update ringfence.members m set elevated_until = greatest(m.elevated_until, until)
             where m.tenant_id = entered_tenant and m.member_id = person;
        end if;
        insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at)
        values (entered_tenant, grant_break_glass.grant_id, person, grant_break_glass.role, grant_break_glass.reason, granter,
                until)
        returning * into granted;
        -- The reason is what a person wrote: it stays with the grant.
        perform ringfence.record_grant('break_glass.granted', 'break_glass_grant', granted.grant_id, null,
            jsonb_build_object('member_id', person, 'identity_id', identity, 'role', granted.role, 'hours', grant_break_glass.hours));
        return next granted;
    end
    $function$
    grant execute to ringfence_app

function ringfence.grantable()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.grantable()
     RETURNS text[]
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN CASE WHEN ringfence.may('break_glass.held'::text) THEN '{}'::text[] ELSE (((SELECT array_agg((p.p || suffix.suffix)) AS array_agg FROM unnest(ringfence.permissions()) p(p), unnest(ARRAY[''::text, '.group'::text, '.own'::text]) suffix(suffix) WHERE (p.p <> 'break_glass.grant'::text)) || ARRAY(SELECT p.p FROM unnest(ARRAY['ticket.resolve.own'::text, 'comment.note.group'::text]) p(p) WHERE ringfence.may(ringfence.wider(p.p)))) || CASE WHEN (ringfence.may('owner.manage'::text) AND ringfence.gives_roles()) THEN ARRAY['act_as'::text, 'provision.manage'::text] ELSE '{}'::text[] END) END
    grant execute to ringfence_app

function ringfence.groups_with(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.groups_with(permission text)
     RETURNS uuid[]
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN CASE WHEN ringfence.may(permission) THEN (string_to_array(ringfence.context((10 + ringfence.access_of(permission))), ','::text))::uuid[] ELSE NULL::uuid[] END
    grant execute to ringfence_app
    grant execute to ringfence_reporting

function ringfence.hold_person(uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.hold_person(person uuid)
     RETURNS ringfence.contacts
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        held ringfence.contacts;
    begin
        select c.* into held from ringfence.contacts c where c.tenant_id = ringfence.current_tenant() and c.contact_id = person for no key update;
        return held;
    end
    $function$
    grant execute to ringfence_app

function ringfence.identify(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.identify(token text)
     RETURNS uuid
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.minted(token, 'identify');
    begin
        return ringfence.identity_of(said ->> 'issuer', said ->> 'subject');
    end
    $function$
    grant execute to ringfence_app

function ringfence.identity()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.identity()
     RETURNS uuid
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN (NULLIF(ringfence.context(3), ''::text))::uuid
    grant execute to ringfence_app
    grant execute to ringfence_reporting

function ringfence.identity_named(text,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.identity_named(issuer text, subject text)
     RETURNS uuid
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        if current_setting('transaction_read_only')::boolean then
            raise exception 'cannot name anybody in a read-only transaction' using errcode = '25006';
        end if;
        perform pg_current_xact_id();
        return ringfence.identity_of(issuer, subject);
    end
    $function$

function ringfence.identity_of(text,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.identity_of(issuer text, subject text)
     RETURNS uuid
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        found_id uuid;
    begin
        select i.identity_id into found_id from ringfence.identities i where i.issuer = identity_of.issuer and i.subject = identity_of.subject;
        if found_id is null then
            insert into ringfence.identities (identity_id, issuer, subject)
            values (gen_random_uuid(), identity_of.issuer, identity_of.subject)
            on conflict on constraint identities_issuer_subject_key do nothing;
            select i.identity_id into strict found_id from ringfence.identities i where i.issuer = identity_of.issuer and i.subject = identity_of.subject;
        end if;
        return found_id;
    end
    $function$

function ringfence.identity_to_add(text,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.identity_to_add(issuer text, subject text)
     RETURNS uuid
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        if ringfence.may('member.manage') then
            return ringfence.identity_named(issuer, subject);
        end if;
        return null;
    end
    $function$
    grant execute to ringfence_app

function ringfence.kept_contacts()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.kept_contacts()
     RETURNS uuid[]
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
     SELECT
             CASE
                 WHEN (ringfence.may('contact.change'::text) AND (NOT ringfence.may('member.manage'::text))) THEN ARRAY( SELECT m.member_id
                    FROM ringfence.members m
                   WHERE ((m.tenant_id = ringfence.current_tenant()) AND (m.role <> 'requester'::text) AND (m.member_id IS DISTINCT FROM ringfence.oneself())))
                 ELSE '{}'::uuid[]
             END AS "case";
    END
    grant execute to ringfence_app

function ringfence.kept_identities()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.kept_identities()
     RETURNS uuid[]
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
     SELECT
             CASE
                 WHEN (ringfence.may('member.manage'::text) AND (NOT ringfence.may('owner.manage'::text))) THEN ARRAY( SELECT m.identity_id
                    FROM ringfence.members m
                   WHERE ((m.tenant_id = ringfence.current_tenant()) AND (m.role = 'owner'::text)))
                 ELSE '{}'::uuid[]
             END AS "case";
    END
    grant execute to ringfence_app

function ringfence.known_credential(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.known_credential(token text)
     RETURNS TABLE(credential_id uuid, identity_id uuid)
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.minted(token, 'credential.known');
        tenant uuid := (said ->> 'tenant_id')::uuid;
    begin
        if tenant is null then
            return query select s.session_id, s.identity_id from ringfence.sessions s where s.session_hash = decode(said ->> 'secret', 'hex');
        else
            perform ringfence.seal(tenant);
            return query
            select a.api_token_id, m.identity_id
              from ringfence.api_tokens a join ringfence.members m using (tenant_id, member_id)
             where a.tenant_id = tenant and a.token_hash = decode(said ->> 'secret', 'hex');
            perform ringfence.unseal();
        end if;
    end
    $function$
    grant execute to ringfence_app

function ringfence.list_provisioned_members(uuid,uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.list_provisioned_members(tenant_id uuid, request_id uuid)
     RETURNS TABLE(member_id uuid, name text, role text, issuer text, subject text, created_at timestamp with time zone)
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        perform ringfence.seal(list_provisioned_members.tenant_id);
        perform ringfence.record_operation(list_provisioned_members.tenant_id, list_provisioned_members.request_id, 'member.listed', 'member', null, '{}');
        return query
        select m.member_id, c.name, m.role, i.issuer, i.subject, m.created_at
          from ringfence.members m
          join ringfence.contacts c on c.tenant_id = m.tenant_id and c.contact_id = m.member_id
          join ringfence.identities i on i.identity_id = m.identity_id
         where m.tenant_id = list_provisioned_members.tenant_id
         order by m.created_at, m.member_id;
        perform ringfence.unseal();
    end
    $function$
    grant execute to ringfence_operator

function ringfence.list_sessions(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.list_sessions(token text)
     RETURNS TABLE(session_id uuid, acr text, authenticated_at timestamp with time zone, created_at timestamp with time zone, last_seen_at timestamp with time zone, idle_expires_at timestamp with time zone, expires_at timestamp with time zone)
     LANGUAGE plpgsql
     STABLE PARALLEL RESTRICTED SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.minted(token, 'session.list');
    begin
        return query
        select s.session_id, s.acr, s.authenticated_at, s.created_at, s.last_seen_at, s.idle_expires_at, s.expires_at
          from ringfence.sessions s
         where s.identity_id = (said ->> 'identity_id')::uuid
           and s.ended_at is null and s.idle_expires_at > transaction_timestamp() and s.expires_at > transaction_timestamp()
         order by s.created_at desc, s.session_id
         limit 200;
    end
    $function$
    grant execute to ringfence_app

function ringfence.list_tenants(uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.list_tenants(request_id uuid)
     RETURNS TABLE(tenant_id uuid, slug text, name text, status text, created_at timestamp with time zone)
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        perform ringfence.record_operation(null, list_tenants.request_id, 'tenant.listed', 'tenant', null, '{}');
        return query select t.tenant_id, t.slug, t.name, t.status, t.created_at from ringfence.tenants t order by t.slug;
    end
    $function$
    grant execute to ringfence_operator

function ringfence.live_session(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.live_session(hash text)
     RETURNS SETOF ringfence.sessions
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    BEGIN ATOMIC
     SELECT s.session_id,
         s.session_hash,
         s.identity_id,
         s.issuer_session_id,
         s.id_token,
         s.acr,
         s.verified_email,
         s.authenticated_at,
         s.created_at,
         s.last_seen_at,
         s.idle_expires_at,
         s.expires_at,
         s.ended_at
        FROM ringfence.sessions s
       WHERE ((s.session_hash = decode(live_session.hash, 'hex'::text)) AND (s.ended_at IS NULL) AND (s.idle_expires_at > clock_timestamp()) AND (s.expires_at > clock_timestamp()));
    END
    grant execute to ringfence_gate

function ringfence.may(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.may(permission text)
     RETURNS boolean
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN (POSITION((((','::text || replace(permission, '.'::text, ' '::text)) || ','::text)) IN (ringfence.context(10))) > 0)
    grant execute to ringfence_app
    grant execute to ringfence_reporting

function ringfence.may_still_escalate(uuid,uuid,uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.may_still_escalate(tenant_id uuid, member_id uuid, group_key uuid)
     RETURNS boolean
     LANGUAGE plpgsql
     STABLE PARALLEL RESTRICTED
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        sender ringfence.members;
        member_role text;
        held text;
    begin
        select m.* into sender from ringfence.members m
         where m.tenant_id = may_still_escalate.tenant_id and m.member_id = may_still_escalate.member_id;
        member_role := case when sender.role in ('owner', 'service') then sender.role else coalesce((select g.role from ringfence.break_glass_grants g
                                  where g.tenant_id = sender.tenant_id and g.member_id = sender.member_id and g.revoked_at is null
                                    and g.expires_at > clock_timestamp()
                                  order by g.created_at desc limit 1), sender.role) end;
        held := case member_role
            when 'service' then ',' || array_to_string(sender.permissions, ',') || ','
            when 'custom' then (select ',' || array_to_string(r.permissions, ',') || ',' from ringfence.tenant_roles r
                                 where r.tenant_id = sender.tenant_id and r.role_id = sender.role_id)
            else ringfence.permissions_of(member_role, exists (select from ringfence.group_members g
                                 where g.tenant_id = sender.tenant_id and g.member_id = sender.member_id)) end;
        return position(',ticket.escalate,' in held) > 0
            or (position(',ticket.escalate.group,' in held) > 0
                and exists (select from ringfence.group_members g
                             where g.tenant_id = sender.tenant_id and g.member_id = sender.member_id
                               and g.group_id = may_still_escalate.group_key and g.access && '{change,full}'));
    end
    $function$

function ringfence.member()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.member()
     RETURNS uuid
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN (NULLIF(ringfence.context(4), ''::text))::uuid
    grant execute to ringfence_app
    grant execute to ringfence_reporting

function ringfence.member_with(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.member_with(permission text)
     RETURNS uuid
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN CASE WHEN ringfence.may(permission) THEN ringfence.member() ELSE NULL::uuid END
    grant execute to ringfence_app
    grant execute to ringfence_reporting

function ringfence.minted(text,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.minted(token text, purpose text)
     RETURNS jsonb
     LANGUAGE plpgsql
     STABLE PARALLEL RESTRICTED
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        part text[] := string_to_array(token, '|');
    begin
        if part[1] is distinct from minted.purpose
            or not exists (
                select from ringfence.keys k
                 where k.purpose = 'token' and k.kid::text = part[5] and k.retired_at is null
                   and encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(left(token, -65)))), 'hex') = part[6])
            or part[3]::bigint < extract(epoch from clock_timestamp()) then
            raise exception 'not a valid token' using errcode = 'RF002';
        end if;
        return convert_from(decode(part[2], 'hex'), 'UTF8')::jsonb;
    end
    $function$

function ringfence.move_audit(integer,uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.move_audit(most integer, asked uuid DEFAULT NULL::uuid)
     RETURNS integer
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        tenant uuid;
        head bigint;
        moved integer := 0;
        batch integer;
        -- Up to where this round reaches: a look at each tenant's events is then one at so many rows, and not at all that wait.
        last xid8;
    begin
        if asked is null then
            select max(x.xid) into last from (select i.xid from ringfence.audit_inbox i order by i.xid limit most) x;
            -- An event that names a tenant which does not exist belongs to the installation alone. All of them at once: anybody invents names.
            update ringfence.audit_inbox i set tenant_id = null
             where i.xid <= last and i.tenant_id is not null and not exists (select from ringfence.tenants t where t.tenant_id = i.tenant_id);
        end if;
        -- The same order of tenants in every mover, so that two of them wait instead of deadlocking.
        for tenant in
            select unnest(case when asked is null then array(
                select distinct i.tenant_id from ringfence.audit_inbox i where i.xid <= last and i.tenant_id is not null order by 1)
                else array[asked] end)
        loop
            perform ringfence.seal(tenant);
            select h.length into head from ringfence.audit_heads h where h.tenant_id = tenant for update;
            if head is null then
                -- Asked for, and none: the next round for all gives its events to the installation.
                continue;
            end if;
            with taken as (
                delete from ringfence.audit_inbox i
                 where (i.xid, i.event_id) in (select x.xid, x.event_id from ringfence.audit_inbox x
                                              where x.tenant_id = tenant and (asked is not null or x.xid <= last) order by x.xid limit most)
                returning i.*
            ), numbered as (
                select head + row_number() over (order by t.xid, t.recorded_at, t.event_id) as position, t.* from taken t
            ), moved_in as (
                insert into ringfence.audit_events (tenant_id, position, event_id, xid, recorded_at, request_id, action, decision, rule, actor_id,
                    identity_id, actor_kind, on_behalf_of, session_id, authentication, object_type, object_id, object_version, external_system, details)
                select n.tenant_id, n.position, n.event_id, n.xid, n.recorded_at, n.request_id, n.action, n.decision, n.rule, n.actor_id,
                    n.identity_id, n.actor_kind, n.on_behalf_of, n.session_id, n.authentication, n.object_type, n.object_id, n.object_version, n.external_system, n.details
                  from numbered n
            )
            select count(*) into batch from numbered;
            update ringfence.audit_heads h set length = head + batch where h.tenant_id = tenant;
            moved := moved + batch;
        end loop;
        perform ringfence.unseal();
        if asked is not null then
            return moved;
        end if;
        -- No RETURNING from the inserts: it would ask for a door to read what must only be written.
        with taken as (
            delete from ringfence.audit_inbox i
             where (i.xid, i.event_id) in (select x.xid, x.event_id from ringfence.audit_inbox x where x.tenant_id is null order by x.xid limit most)
            returning i.*
        ), moved_in as (
            insert into ringfence.installation_events (event_id, xid, recorded_at, request_id, action, decision, rule, identity_id, actor_kind,
                session_id, authentication, object_type, object_id, details)
            select t.event_id, t.xid, t.recorded_at, t.request_id, t.action, t.decision, t.rule, t.identity_id, t.actor_kind,
                t.session_id, t.authentication, t.object_type, t.object_id, t.details
              from taken t
        )
        select count(*) into batch from taken;
        return moved + batch;
    end
    $function$
    grant execute to ringfence_auditor

function ringfence.my_identity(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.my_identity(token text)
     RETURNS TABLE(identity_id uuid, issuer text, subject text)
     LANGUAGE plpgsql
     STABLE PARALLEL RESTRICTED SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        part text[] := ringfence.token_parts(token);
        person uuid;
    begin
        if part is null or part[1] <> '00000000-0000-0000-0000-000000000000' then
            raise exception 'not a valid token' using errcode = 'RF002';
        end if;
        -- Not within one statement: before a parallel plan begins, a subquery is evaluated that its CASE would not come to.
        if part[2] like 'i:%' then
            person := substr(part[2], 3)::uuid;
        elsif part[2] like 's:%' then
            person := (select s.identity_id from ringfence.live_session(substr(part[2], 3)) s);
        end if;
        return query select i.identity_id, i.issuer, i.subject from ringfence.identities i where i.identity_id = person;
        if not found then
            raise exception 'the credential is not valid' using errcode = 'RF004';
        end if;
    end
    $function$
    grant execute to ringfence_app

function ringfence.my_tenants(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.my_tenants(token text)
     RETURNS SETOF uuid
     LANGUAGE plpgsql
     STABLE PARALLEL RESTRICTED SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        me uuid := (select i.identity_id from ringfence.my_identity(token) i);
    begin
        return query select b.tenant_id from ringfence.memberships b where b.identity_id = me order by b.tenant_id limit 500;
    end
    $function$
    grant execute to ringfence_app

function ringfence.narrowed(text,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.narrowed(held text, allowed text)
     RETURNS text
     LANGUAGE plpgsql
     IMMUTABLE PARALLEL SAFE
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        return (select ',' || coalesce(string_agg(distinct p, ',' order by p) || ',', '')
                  from (select h.p from unnest(string_to_array(trim(both ',' from held), ',')) h (p)
                         where position(',' || h.p || ',' in allowed) > 0
                            or position(',' || ringfence.wider(h.p) || ',' in allowed) > 0
                        union
                        select a.p from unnest(string_to_array(trim(both ',' from allowed), ',')) a (p)
                         where position(',' || ringfence.wider(a.p) || ',' in held) > 0) kept);
    end
    $function$
    grant execute to ringfence_gate

function ringfence.new_id()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.new_id()
     RETURNS uuid
     LANGUAGE sql
    RETURN (encode(OVERLAY(set_bit(set_bit(uuid_send(gen_random_uuid()), (52)::bigint, 1), (53)::bigint, 1) PLACING SUBSTRING(int8send(((EXTRACT(epoch FROM clock_timestamp()) * (1000)::numeric))::bigint) FROM 3) FROM 1 FOR 6), 'hex'::text))::uuid
    grant execute to ringfence_app

function ringfence.next_ticket_numbers(uuid,integer)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.next_ticket_numbers(tenant_id uuid, block integer)
     RETURNS bigint
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        first bigint;
    begin
        update ringfence.ticket_counters c set last = c.last + block where c.tenant_id = next_ticket_numbers.tenant_id
        returning c.last - block + 1 into first;
        while exists (select from ringfence.tickets t where t.tenant_id = next_ticket_numbers.tenant_id and t.number between first and first + block - 1) loop
            first := (select max(t.number) + 1 from ringfence.tickets t
                       where t.tenant_id = next_ticket_numbers.tenant_id and t.number between first and first + 10000);
            update ringfence.ticket_counters c set last = first + block - 1 where c.tenant_id = next_ticket_numbers.tenant_id;
        end loop;
        return first;
    end
    $function$

function ringfence.oneself()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.oneself()
     RETURNS uuid
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN CASE ringfence.member() WHEN ringfence.actor() THEN ringfence.member() ELSE NULL::uuid END
    grant execute to ringfence_app

function ringfence.open_session(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.open_session(token text)
     RETURNS uuid
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.minted(token, 'session.open');
        request uuid := (said ->> 'request_id')::uuid;
        person uuid := ringfence.identity_of(said ->> 'issuer', said ->> 'subject');
        opened uuid := ringfence.new_id();
        former record;
    begin
        delete from ringfence.sessions s
         where s.session_id = any (array(select x.session_id from ringfence.sessions x where x.idle_expires_at < transaction_timestamp() order by x.idle_expires_at limit 100 for update skip locked));
        for former in
            update ringfence.sessions s set ended_at = transaction_timestamp(), id_token = null
             where s.session_hash = decode(said ->> 'replaces', 'hex') and s.ended_at is null
            returning s.session_id, s.identity_id
        loop
            perform ringfence.record_session('session.ended', 'replaced', request, former.identity_id, former.session_id, former.session_id::text, 'session');
        end loop;
        insert into ringfence.sessions (session_id, session_hash, identity_id, issuer_session_id, id_token, acr, authenticated_at, verified_email,
            last_seen_at, idle_expires_at, expires_at)
        values (opened, decode(said ->> 'session', 'hex'), person, said ->> 'issuer_session_id', said ->> 'id_token', said ->> 'acr',
                to_timestamp((said ->> 'authenticated_at')::double precision), said ->> 'verified_email', transaction_timestamp(),
                transaction_timestamp() + make_interval(secs => least((said ->> 'idle')::integer, (said ->> 'absolute')::integer)),
                transaction_timestamp() + make_interval(secs => (said ->> 'absolute')::integer));
        perform ringfence.record_session('session.opened', null, request, person, opened, opened::text, 'session');
        return opened;
    end
    $function$
    grant execute to ringfence_app

function ringfence.opened(text,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.opened(purpose text, letter text)
     RETURNS jsonb
     LANGUAGE plpgsql
     STABLE PARALLEL RESTRICTED
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        if (letter = ringfence.signed(purpose, left(letter, -65))) is not true then
            raise exception 'not a letter of this database' using errcode = 'RF005';
        end if;
        return left(letter, -65)::jsonb;
    end
    $function$

function ringfence.partner_contact(ringfence.agreements)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.partner_contact(agreement ringfence.agreements)
     RETURNS uuid
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        made uuid := agreement.contact_id;
    begin
        if made is null then
            made := ringfence.new_id();
            insert into ringfence.contacts (tenant_id, contact_id, name, is_partner) values (agreement.tenant_id, made, agreement.partner_slug, true);
            update ringfence.agreements a set contact_id = made
             where a.tenant_id = agreement.tenant_id and a.agreement_id = agreement.agreement_id;
        end if;
        return made;
    end
    $function$

function ringfence.permissions()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.permissions()
     RETURNS text[]
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN string_to_array(TRIM(BOTH ','::text FROM replace(ringfence.context(10), ' '::text, '.'::text)), ','::text)
    grant execute to ringfence_app
    grant execute to ringfence_reporting

function ringfence.permissions_of(text,boolean)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.permissions_of(role text, grouped boolean)
     RETURNS text
     LANGUAGE sql
     IMMUTABLE PARALLEL SAFE
    RETURN CASE role WHEN 'owner'::text THEN ',ticket.read,ticket.create,ticket.change,ticket.escalate,agreement.read,comment.read,comment.create,member.read,member.manage,owner.manage,role.manage,token.create,token.manage,break_glass.grant,agreement.manage,group.read,group.manage,organization.read,organization.change,organization.delete,contact.read,contact.change,contact.delete,audit.read,settings.read,settings.change,'::text WHEN 'admin'::text THEN ',ticket.read,ticket.create,ticket.change,ticket.escalate,agreement.read,comment.read,comment.create,member.read,member.manage,role.manage,token.create,token.manage,group.read,group.manage,organization.read,organization.change,organization.delete,contact.read,contact.change,contact.delete,audit.read,settings.read,settings.change,'::text WHEN 'agent'::text THEN CASE WHEN grouped THEN ',ticket.read.group,ticket.create.group,ticket.change.group,ticket.escalate.group,agreement.read,comment.read.group,comment.create.group,member.read,group.read,organization.read,organization.change,contact.read,contact.change,token.create,'::text ELSE ',ticket.read,ticket.create,ticket.change,ticket.escalate,agreement.read,comment.read,comment.create,member.read,group.read,organization.read,organization.change,contact.read,contact.change,token.create,'::text END WHEN 'light_agent'::text THEN ',ticket.read.group,agreement.read,comment.read.group,comment.note.group,member.read,group.read,organization.read,contact.read,token.create,'::text WHEN 'requester'::text THEN ',ticket.read.own,ticket.create.own,ticket.resolve.own,comment.read.own,comment.create.own,token.create,'::text WHEN 'auditor'::text THEN ',ticket.read,agreement.read,comment.read,member.read,group.read,organization.read,contact.read,audit.read,settings.read,token.create,'::text ELSE ','::text END
    grant execute to ringfence_app
    grant execute to ringfence_gate

function ringfence.post_crossing(uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.post_crossing(intent_id uuid)
     RETURNS void
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        perform ringfence.send_over(pending.kind, pending.agreement_id, post_crossing.intent_id)
           from (select 'ticket' as kind, l.agreement_id from ringfence.ticket_links l
                  where l.tenant_id = ringfence.current_tenant() and l.link_id = post_crossing.intent_id and l.state = 'pending'
                 union all
                 select 'comment', (select l.agreement_id from ringfence.ticket_links l where l.tenant_id = s.tenant_id and l.link_id = s.link_id)
                   from ringfence.comment_shares s
                  where s.tenant_id = ringfence.current_tenant() and s.share_id = post_crossing.intent_id and s.state = 'pending'
                 union all
                 select 'agreement', a.agreement_id from ringfence.agreements a
                  where a.tenant_id = ringfence.current_tenant() and a.agreement_id = post_crossing.intent_id and a.proposed_here
                    and ringfence.may('agreement.manage')) pending
          where ringfence.member() is not null;
    end
    $function$
    grant execute to ringfence_app

function ringfence.provision_group(uuid,integer,text,text,uuid[])
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.provision_group(scim_group_id uuid, version integer, display_name text, external_id text, users uuid[])
     RETURNS SETOF ringfence.scim_groups
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        here uuid := ringfence.provisioning_turn();
        before ringfence.scim_groups;
        queue uuid := ringfence.new_id();
        affected uuid[];
    begin
        if here is null then
            return;
        end if;
        if provision_group.version is null then
            insert into ringfence.groups (tenant_id, group_id, name) values (here, queue, provision_group.display_name);
            insert into ringfence.scim_groups (tenant_id, scim_group_id, group_id, display_name, external_id)
            values (here, provision_group.scim_group_id, queue, provision_group.display_name, provision_group.external_id);
        else
            select g.* into before from ringfence.scim_groups g
             where g.tenant_id = here and g.scim_group_id = provision_group.scim_group_id and g.version = provision_group.version;
            if before.scim_group_id is null then
                return;
            end if;
            -- What an admin calls the queue stays until the provider renames the group.
            update ringfence.groups q set name = provision_group.display_name, version = q.version + 1, updated_at = transaction_timestamp()
             where q.tenant_id = here and q.group_id = before.group_id and before.display_name <> provision_group.display_name;
        end if;
        with leave as (
            delete from ringfence.scim_group_members i
             where i.tenant_id = here and i.scim_group_id = provision_group.scim_group_id and not i.scim_user_id = any (users)
            returning i.scim_user_id
        ), join_in as (
            insert into ringfence.scim_group_members (tenant_id, scim_group_id, scim_user_id)
            select here, provision_group.scim_group_id, j from unnest(users) j
                on conflict do nothing
            returning scim_user_id
        )
        select array(select l.scim_user_id from leave l union all select j.scim_user_id from join_in j) into affected;
        -- As for users: what changes nothing makes no other version.
        update ringfence.scim_groups g
           set display_name = provision_group.display_name, external_id = provision_group.external_id, version = g.version + 1, updated_at = transaction_timestamp()
         where g.tenant_id = here and g.scim_group_id = before.scim_group_id
           and (affected <> '{}' or (g.display_name, g.external_id) is distinct from (provision_group.display_name, provision_group.external_id));
        -- Members before users, in which order whoever ends a member holds them, too.
        perform ringfence.settle_provisioned(affected);
        -- A user shows its groups, and what they are called.
        update ringfence.scim_users u set grouped = true, version = u.version + 1, updated_at = transaction_timestamp()
         where u.tenant_id = here
           and (u.scim_user_id = any (affected)
                or before.display_name <> provision_group.display_name
                   and exists (select from ringfence.scim_group_members i
                                where i.tenant_id = here and i.scim_group_id = provision_group.scim_group_id and i.scim_user_id = u.scim_user_id));
        return query select g.* from ringfence.scim_groups g where g.tenant_id = here and g.scim_group_id = provision_group.scim_group_id;
    end
    $function$
    grant execute to ringfence_app

function ringfence.provision_member(uuid,text,text,text,text,text,text[],uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.provision_member(tenant_id uuid, issuer text, subject text, name text, email text, role text, permissions text[], request_id uuid)
     RETURNS uuid
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        identity uuid := ringfence.identity_of(provision_member.issuer, provision_member.subject);
        person uuid;
    begin
        perform ringfence.seal(provision_member.tenant_id);
        if not exists (select from ringfence.tenants t where t.tenant_id = provision_member.tenant_id)
            or exists (select from ringfence.members m where m.tenant_id = provision_member.tenant_id and m.identity_id = identity) then
            perform ringfence.unseal();
            return null;
        end if;
        -- A former member's own record is the same person; an address proves nothing.
        select c.contact_id into person from ringfence.contacts c
         where c.tenant_id = provision_member.tenant_id and c.identity_id = identity;
        if person is null then
            person := ringfence.new_id();
            insert into ringfence.contacts (tenant_id, contact_id, name, email, identity_id)
            values (provision_member.tenant_id, person, provision_member.name, provision_member.email, identity);
            perform ringfence.record_operation(provision_member.tenant_id, provision_member.request_id, 'contact.created', 'contact', person, '{}');
        end if;
        insert into ringfence.members (tenant_id, member_id, identity_id, role, permissions, version)
        values (provision_member.tenant_id, person, identity, provision_member.role, provision_member.permissions, ringfence.first_version(person));
        insert into ringfence.memberships (identity_id, tenant_id) values (identity, provision_member.tenant_id);
        perform ringfence.record_operation(provision_member.tenant_id, provision_member.request_id, 'member.added', 'member', person,
            jsonb_build_object('role', provision_member.role, 'identity_id', identity));
        perform ringfence.unseal();
        return person;
    end
    $function$
    grant execute to ringfence_operator

function ringfence.provision_user(uuid,integer,text,text,boolean,text,text,jsonb)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.provision_user(scim_user_id uuid, version integer, user_name text, external_id text, active boolean, name text, email text, attributes jsonb)
     RETURNS SETOF ringfence.scim_users
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        here uuid := ringfence.provisioning_turn();
        settings ringfence.provisioning_settings;
        before ringfence.scim_users;
        after ringfence.scim_users;
        known ringfence.contacts;
        present ringfence.members;
        identity uuid;
        person uuid;
        wanted text;
        address text;
        said text[];
        is_changed boolean;
        reached integer;
    begin
        if here is null then
            return;
        end if;
        select s.* into settings from ringfence.provisioning_settings s where s.tenant_id = here;
        if settings.tenant_id is null then
            raise exception 'no provisioning settings' using errcode = 'RF011';
        end if;
        if provision_user.version is not null then
            select u.* into before from ringfence.scim_users u
             where u.tenant_id = here and u.scim_user_id = provision_user.scim_user_id and u.version = provision_user.version;
            if before.scim_user_id is null then
                return;
            end if;
        end if;
        identity := ringfence.identity_named(coalesce(before.issuer, settings.issuer), coalesce(provision_user.external_id, provision_user.user_name));
        -- The record of somebody who was here before is theirs again; an address proves nothing.
        person := coalesce(before.contact_id, (select c.contact_id from ringfence.contacts c where c.tenant_id = here and c.identity_id = identity), ringfence.new_id());
        known := ringfence.hold_person(person);
        select m.* into present from ringfence.members m where m.tenant_id = here and (m.member_id = person or m.identity_id = identity) order by m.provisioned for update;
        if not present.provisioned or present.role in ('owner', 'admin') then
            raise exception 'not a provisioned member' using errcode = 'RF012';
        end if;
        if not exists (select from ringfence.contacts c where c.tenant_id = here and c.email_key = lower(provision_user.email) and c.contact_id <> person) then
            address := provision_user.email;
        end if;
        insert into ringfence.contacts (tenant_id, contact_id, name, email, identity_id)
        values (here, person, provision_user.name, address, identity)
            on conflict on constraint contacts_pkey do update
           set name = excluded.name, email = excluded.email, identity_id = excluded.identity_id, version = contacts.version + 1, updated_at = transaction_timestamp()
         where (contacts.name, contacts.email, contacts.identity_id) is distinct from (excluded.name, excluded.email, excluded.identity_id)
        returning contacts.version into reached;
        said := array_remove(array[case when known.email is distinct from address then 'email' end, case when known.name <> provision_user.name then 'name' end], null);
        if known.contact_id is null then
            perform ringfence.record_provisioning('contact.created', 'contact', person, reached, '{}');
        elsif reached is not null then
            perform ringfence.record_provisioning('contact.updated', 'contact', person, reached, jsonb_build_object('fields', said));
        end if;
        select min(settings.role_map ->> (r ->> 'value')) into wanted from jsonb_array_elements(provision_user.attributes -> 'roles') r;
        wanted := coalesce(wanted, settings.default_role);
        if before.scim_user_id is null then
            insert into ringfence.scim_users (tenant_id, scim_user_id, contact_id, user_name, external_id, active, issuer, subject, role, attributes)
            values (here, provision_user.scim_user_id, person, provision_user.user_name, provision_user.external_id, provision_user.active, settings.issuer,
                    coalesce(provision_user.external_id, provision_user.user_name), wanted, provision_user.attributes)
            returning * into after;
        else
            -- What changes nothing makes no other version (RFC 7644, section 3.5.2.1). The role is no part of the resource.
            is_changed := (before.user_name, before.external_id, before.active, before.attributes)
                is distinct from (provision_user.user_name, provision_user.external_id, provision_user.active, provision_user.attributes);
            update ringfence.scim_users u
               set user_name = provision_user.user_name, external_id = provision_user.external_id, active = provision_user.active,
                   subject = coalesce(provision_user.external_id, provision_user.user_name), role = wanted, attributes = provision_user.attributes,
                   version = u.version + is_changed::integer, updated_at = case when is_changed then transaction_timestamp() else u.updated_at end
             where u.tenant_id = here and u.scim_user_id = before.scim_user_id
            returning u.* into after;
        end if;
        -- Another subject is another pair of hands: the membership of the one ends, and that of the other begins.
        if after.active is not true or present.identity_id <> identity then
            perform ringfence.end_provisioned(person);
        elsif (known.name, known.email) is distinct from (provision_user.name, address) then
            -- The member is shown by both.
            update ringfence.members m set version = m.version + 1, updated_at = transaction_timestamp()
             where m.tenant_id = here and m.member_id = person
            returning m.version into reached;
            if found then
                perform ringfence.record_provisioning('member.updated', 'member', person, reached, jsonb_build_object('fields', said));
            end if;
        end if;
        -- A membership that an admin ended has left its user inactive: it comes back when the provider says otherwise, not with the next
        -- change of a title.
        if after.active and (before.active is not true or before.subject <> after.subject) then
            insert into ringfence.members (tenant_id, member_id, identity_id, role, provisioned, version)
            values (here, person, identity, wanted, true, ringfence.first_version(person))
            returning members.version into reached;
            insert into ringfence.memberships (identity_id, tenant_id) values (identity, here);
            perform ringfence.record_provisioning('member.added', 'member', person, reached, jsonb_build_object('role', wanted));
        end if;
        perform ringfence.settle_provisioned(array[after.scim_user_id]);
        return next after;
    end
    $function$
    grant execute to ringfence_app

function ringfence.provisioning_turn()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.provisioning_turn()
     RETURNS uuid
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        held uuid;
    begin
        if not ringfence.may('provision.manage') then
            return null;
        end if;
        select t.tenant_id into strict held from ringfence.tenants t where t.tenant_id = ringfence.current_tenant() for no key update;
        return held;
    end
    $function$
    grant execute to ringfence_app

function ringfence.receive_agreement(jsonb)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.receive_agreement(said jsonb)
     RETURNS void
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        here uuid := (said ->> 'to')::uuid;
        sender uuid := (said ->> 'from')::uuid;
        id uuid := (said ->> 'agreement')::uuid;
        revoked boolean := (said ->> 'revoked')::boolean;
        turned text := ringfence.turned(said ->> 'direction');
        terms_actions text[] := array(select jsonb_array_elements_text(said -> 'actions'));
        terms_fields text[] := array(select jsonb_array_elements_text(said -> 'fields'));
        terms_expiry timestamptz := (said ->> 'expires_at')::timestamptz;
        known ringfence.agreements;
    begin
        select a.* into known from ringfence.agreements a where a.tenant_id = here and a.agreement_id = id for update;
        if known.agreement_id is null then
            -- One tenant cannot fill another's list: twenty proposals wait at most, and twenty come in a day, whatever became of them.
            if (said ->> 'proposed')::boolean and not revoked and terms_expiry > transaction_timestamp()
                and (select count(*) from ringfence.agreements a
                      where a.tenant_id = here and a.partner_id = sender and a.consented_at is null
                        and (a.created_at > transaction_timestamp() - interval '24 hours'
                             or a.revoked_at is null and a.partner_revoked_at is null and a.expires_at > transaction_timestamp())) < 20 then
                insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, proposed_here, direction, actions, fields, expires_at,
                    consented_at, partner_consented_at)
                values (here, id, said ->> 'slug', sender, false, turned, terms_actions, terms_fields, terms_expiry, null, transaction_timestamp());
                perform ringfence.record_crossing(here, id, 'agreement.proposed', null, 'agreement', id, id);
            end if;
            return;
        end if;
        -- Only from the tenant that it is with.
        if sender is distinct from coalesce(known.partner_id, (select t.tenant_id from ringfence.tenants t where t.slug = known.partner_slug)) then
            perform ringfence.record_crossing(here, id, 'crossing.refused', 'another_partner', 'agreement', id, id);
            return;
        end if;
        if revoked then
            update ringfence.agreements a
               set partner_revoked_at = transaction_timestamp(), version = a.version + 1, updated_at = transaction_timestamp()
             where a.tenant_id = here and a.agreement_id = id and a.partner_revoked_at is null;
            if found then
                perform ringfence.record_crossing(here, id, 'agreement.revoked', null, 'agreement', id, id);
            end if;
        elsif known.partner_consented_at is null and known.revoked_at is null and known.expires_at = terms_expiry
            and known.direction = turned and known.actions = terms_actions and known.fields = terms_fields then
            update ringfence.agreements a
               set partner_id = sender, partner_consented_at = transaction_timestamp(), version = a.version + 1, updated_at = transaction_timestamp()
             where a.tenant_id = here and a.agreement_id = id;
            perform ringfence.record_crossing(here, id, 'agreement.consented', null, 'agreement', id, id);
        end if;
    end
    $function$

function ringfence.receive_comment(jsonb)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.receive_comment(said jsonb)
     RETURNS text
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        here uuid := (said ->> 'to')::uuid;
        id uuid := (said ->> 'intent')::uuid;
        agreement ringfence.agreements;
        link ringfence.ticket_links;
        known ringfence.comment_shares;
        arrived ringfence.comments;
        why text;
    begin
        select a.* into agreement from ringfence.agreements a where a.tenant_id = here and a.agreement_id = (said ->> 'agreement')::uuid for update;
        select s.* into known from ringfence.comment_shares s where s.tenant_id = here and s.share_id = id;
        select l.* into link from ringfence.ticket_links l
         where l.tenant_id = here and l.link_id = coalesce(known.link_id, (said ->> 'link')::uuid) and l.agreement_id = agreement.agreement_id and l.state <> 'refused';
        if known.direction = 'incoming' and link.link_id is not null and agreement.partner_id = (said ->> 'from')::uuid then
            return null;
        end if;
        if said ->> 'refused' is not null then
            return said ->> 'refused';
        end if;
        why := coalesce(ringfence.receiver_refuses(agreement, (said ->> 'from')::uuid, 'comment.share'),
                        case when link.link_id is null then 'not_linked' when known.share_id is not null then 'share_taken' end);
        if why is not null then
            perform ringfence.record_crossing(here, id, 'crossing.refused', why, 'agreement', (said ->> 'agreement')::uuid, (said ->> 'agreement')::uuid);
            return 'not_accepted';
        end if;
        insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
        values (here, ringfence.new_id(), link.ticket_id, link.requester_id, link.group_key, ringfence.partner_contact(agreement),
                case when link.direction = 'incoming' then 'public' else 'internal' end, said ->> 'body')
        returning * into arrived;
        insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version)
        select here, ringfence.new_id(), t.ticket_id, t.requester_id, t.group_key, arrived.author_id, 'comment.created', arrived.visibility, t.version
          from ringfence.tickets t where t.tenant_id = here and t.ticket_id = link.ticket_id;
        update ringfence.tickets t set updated_at = greatest(t.updated_at, transaction_timestamp())
         where t.tenant_id = here and t.ticket_id = link.ticket_id and arrived.visibility = 'public';
        insert into ringfence.comment_shares (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, direction, state, settled_at)
        values (here, id, link.link_id, arrived.comment_id, link.ticket_id, link.requester_id, link.group_key, 'incoming', 'delivered', transaction_timestamp());
        perform ringfence.record_crossing(here, id, 'comment.received', null, 'comment', arrived.comment_id, agreement.agreement_id);
        return null;
    end
    $function$

function ringfence.receive_ticket(jsonb)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.receive_ticket(said jsonb)
     RETURNS text
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        here uuid := (said ->> 'to')::uuid;
        id uuid := (said ->> 'intent')::uuid;
        agreement ringfence.agreements;
        known ringfence.ticket_links;
        ticket ringfence.tickets;
        fields jsonb;
        why text;
    begin
        select a.* into agreement from ringfence.agreements a where a.tenant_id = here and a.agreement_id = (said ->> 'agreement')::uuid for update;
        select l.* into known from ringfence.ticket_links l where l.tenant_id = here and l.link_id = id;
        if known.direction = 'incoming' and known.agreement_id = agreement.agreement_id and agreement.partner_id = (said ->> 'from')::uuid then
            return null;
        end if;
        if said ->> 'refused' is not null then
            return said ->> 'refused';
        end if;
        why := coalesce(ringfence.receiver_refuses(agreement, (said ->> 'from')::uuid, 'ticket.escalate'), case when known.link_id is not null then 'link_taken' end);
        if why is not null then
            perform ringfence.record_crossing(here, id, 'crossing.refused', why, 'agreement', (said ->> 'agreement')::uuid, (said ->> 'agreement')::uuid);
            return 'not_accepted';
        end if;
        select jsonb_object_agg(f.key, f.value) into fields from jsonb_each(said -> 'fields') f where f.key = any (agreement.fields);
        insert into ringfence.tickets (tenant_id, ticket_id, number, subject, priority, type, tags, requester_id)
        select here, ringfence.new_id(), counter.last, coalesce(fields ->> 'subject', 'Escalated by ' || agreement.partner_slug),
               coalesce(fields ->> 'priority', 'normal'), coalesce(fields ->> 'type', 'question'),
               array(select jsonb_array_elements_text(fields -> 'tags')), ringfence.partner_contact(agreement)
          from ringfence.next_ticket_numbers(here, 1) counter (last)
        returning * into ticket;
        insert into ringfence.tags (tenant_id, tag) select here, word from unnest(ticket.tags) word
        on conflict do nothing;
        if fields ? 'body' then
            insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
            values (here, ringfence.new_id(), ticket.ticket_id, ticket.requester_id, ticket.group_key, ticket.requester_id, 'public', fields ->> 'body');
        end if;
        insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version)
        values (here, ringfence.new_id(), ticket.ticket_id, ticket.requester_id, ticket.group_key, ticket.requester_id, 'ticket.created', 'public', ticket.version);
        insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, direction, state, requester_name, requester_email, settled_at)
        values (here, id, agreement.agreement_id, ticket.ticket_id, ticket.requester_id, ticket.group_key, 'incoming', 'delivered',
                fields ->> 'requester_name', fields ->> 'requester_email', transaction_timestamp());
        perform ringfence.record_crossing(here, id, 'ticket.received', null, 'ticket', ticket.ticket_id, agreement.agreement_id);
        return null;
    end
    $function$

function ringfence.receiver_refuses(ringfence.agreements,uuid,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.receiver_refuses(agreement ringfence.agreements, sender uuid, action text)
     RETURNS text
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN COALESCE(ringfence.agreement_refuses(agreement, 'incoming'::text, action), CASE WHEN ((agreement).partner_id IS DISTINCT FROM sender) THEN 'another_partner'::text ELSE NULL::text END)

function ringfence.record_crossing(uuid,uuid,text,text,text,uuid,uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.record_crossing(tenant_id uuid, intent_id uuid, action text, refused text, object_type text, object_id uuid, agreement_id uuid)
     RETURNS void
     LANGUAGE sql
    BEGIN ATOMIC
     INSERT INTO ringfence.audit_inbox (tenant_id, request_id, action, decision, rule, actor_kind, object_type, object_id, details)
       VALUES (record_crossing.tenant_id, record_crossing.intent_id, record_crossing.action,
             CASE
                 WHEN (record_crossing.refused IS NULL) THEN 'allow'::text
                 ELSE 'deny'::text
             END, COALESCE(record_crossing.refused, 'agreement'::text), 'crossing'::text, record_crossing.object_type, record_crossing.object_id, jsonb_build_object('agreement_id', record_crossing.agreement_id));
    END

function ringfence.record_grant(text,text,uuid,integer,jsonb)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.record_grant(action text, object_type text, object_id uuid, object_version integer, details jsonb)
     RETURNS void
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
        values (ringfence.current_tenant(), record_grant.action, 'allow', 'break_glass.grant', record_grant.object_type, record_grant.object_id,
                record_grant.object_version, record_grant.details);
    end
    $function$

function ringfence.record_operation(uuid,uuid,text,text,uuid,jsonb)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.record_operation(tenant_id uuid, request_id uuid, action text, object_type text, object_id uuid, details jsonb)
     RETURNS void
     LANGUAGE sql
    BEGIN ATOMIC
     INSERT INTO ringfence.audit_inbox (tenant_id, request_id, action, decision, rule, actor_kind, object_type, object_id, details)
       VALUES (record_operation.tenant_id, record_operation.request_id, record_operation.action, 'allow'::text, 'operator'::text, 'operator'::text, record_operation.object_type, record_operation.object_id, record_operation.details);
    END

function ringfence.record_provisioning(text,text,uuid,integer,jsonb)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.record_provisioning(action text, object_type text, object_id uuid, object_version integer, details jsonb)
     RETURNS void
     LANGUAGE sql
    BEGIN ATOMIC
     INSERT INTO ringfence.audit_inbox (tenant_id, request_id, actor_id, on_behalf_of, identity_id, action, decision, rule, object_type, object_id, object_version, details)
       VALUES (ringfence.current_tenant(), ringfence.request(), ringfence.actor(), NULLIF(ringfence.member(), ringfence.actor()), ringfence.identity(), record_provisioning.action, 'allow'::text, 'provision.manage'::text, record_provisioning.object_type, record_provisioning.object_id, record_provisioning.object_version, record_provisioning.details);
    END

function ringfence.record_session(text,text,uuid,uuid,uuid,text,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.record_session(action text, rule text, request_id uuid, identity_id uuid, session_id uuid, shown text, authentication text)
     RETURNS void
     LANGUAGE sql
    BEGIN ATOMIC
     INSERT INTO ringfence.audit_inbox (tenant_id, request_id, action, decision, rule, identity_id, actor_kind, session_id, authentication, object_type, object_id, details)
       VALUES (NULL::uuid, record_session.request_id, record_session.action, 'allow'::text, record_session.rule, record_session.identity_id,
             CASE
                 WHEN (record_session.authentication IS NULL) THEN 'nobody'::text
                 ELSE 'user'::text
             END, record_session.shown, record_session.authentication, 'session'::text, record_session.session_id, '{}'::jsonb);
    END

function ringfence.register_reporting_login(name,uuid,uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.register_reporting_login(login name, tenant_id uuid, request_id uuid)
     RETURNS void
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        perform ringfence.seal(register_reporting_login.tenant_id);
        insert into ringfence.reporting_logins (login, tenant_id) values (register_reporting_login.login, register_reporting_login.tenant_id);
        perform ringfence.record_operation(register_reporting_login.tenant_id, register_reporting_login.request_id, 'reporting_login.created', 'tenant',
            register_reporting_login.tenant_id, '{}');
        perform ringfence.unseal();
    end
    $function$
    grant execute to ringfence_provisioner

function ringfence.request()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.request()
     RETURNS uuid
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN (NULLIF(ringfence.context(6), ''::text))::uuid
    grant execute to ringfence_app
    grant execute to ringfence_reporting

function ringfence.require_issuers(text[],integer)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.require_issuers(issuers text[], expected integer)
     RETURNS integer
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        changed integer;
    begin
        if not ringfence.may('settings.change') then
            return null;
        end if;
        if issuers is not null and (
            not exists (select from ringfence.identities i where i.identity_id = ringfence.identity() and i.issuer = any (issuers))
            or not exists (select from ringfence.members m join ringfence.identities i using (identity_id)
                            where m.tenant_id = ringfence.current_tenant() and m.role = 'owner' and i.issuer = any (issuers))) then
            return -1;
        end if;
        update ringfence.tenants t set required_issuers = issuers, sign_in_version = t.sign_in_version + 1
         where t.tenant_id = ringfence.current_tenant() and t.sign_in_version = expected
        returning t.sign_in_version into changed;
        if changed is not null then
            insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
            values (ringfence.current_tenant(), 'sign_in_settings.changed', 'allow', 'settings.change', 'tenant', ringfence.current_tenant(), changed,
                    jsonb_build_object('issuers', cardinality(issuers)));
        end if;
        return changed;
    end
    $function$
    grant execute to ringfence_app

function ringfence.reserve_ticket_numbers(integer)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.reserve_ticket_numbers(block integer)
     RETURNS bigint
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        if block is null or block not between 1 and 1000 then
            raise exception 'a block holds 1 to 1000 numbers' using errcode = '22023';
        end if;
        if ringfence.member() is null then
            raise exception 'no tenant entered' using errcode = 'RF003';
        end if;
        if not (ringfence.may('ticket.create') or ringfence.may('ticket.create.group') or ringfence.may('ticket.create.own')) then
            raise exception 'who creates no tickets gets no numbers' using errcode = '42501';
        end if;
        return ringfence.next_ticket_numbers(ringfence.current_tenant(), block);
    end
    $function$
    grant execute to ringfence_app

function ringfence.resolve_own_ticket(uuid,integer,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.resolve_own_ticket(ticket_id uuid, version integer, status text)
     RETURNS SETOF ringfence.tickets
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        if resolve_own_ticket.status not in ('open', 'solved') then
            return;
        end if;
        return query
        update ringfence.tickets t
           set status = resolve_own_ticket.status, version = t.version + 1, updated_at = transaction_timestamp()
         where t.tenant_id = ringfence.current_tenant() and t.ticket_id = resolve_own_ticket.ticket_id
           and t.requester_id = ringfence.member_with('ticket.resolve.own') and t.version = resolve_own_ticket.version
           -- It answers with the ticket, so to those who see it.
           and (ringfence.may('ticket.read') or t.group_id = any (ringfence.groups_with('ticket.read.group')) or t.requester_id = ringfence.member_with('ticket.read.own'))
           and ringfence.status_may_follow(t.status, resolve_own_ticket.status)
        returning t.*;
    end
    $function$
    grant execute to ringfence_app

function ringfence.resolve_tenant(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.resolve_tenant(slug text)
     RETURNS uuid
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
     SELECT t.tenant_id
        FROM ringfence.tenants t
       WHERE (t.slug = resolve_tenant.slug);
    END
    grant execute to ringfence_app

function ringfence.revoke_agreement(uuid,integer)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.revoke_agreement(agreement_id uuid, version integer)
     RETURNS SETOF ringfence.agreements
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        after ringfence.agreements;
    begin
        update ringfence.agreements a
           set revoked_at = transaction_timestamp(), revoked_by = ringfence.member_with('agreement.manage'),
               version = a.version + 1, updated_at = transaction_timestamp()
         where a.tenant_id = ringfence.current_tenant() and a.agreement_id = revoke_agreement.agreement_id
           and a.version = revoke_agreement.version and ringfence.member_with('agreement.manage') is not null
           and a.revoked_at is null
        returning a.* into after;
        if after.agreement_id is not null then
            perform ringfence.send_over('agreement', after.agreement_id, after.agreement_id);
            insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version)
            values (after.tenant_id, 'agreement.revoked', 'allow', 'agreement.manage', 'agreement', after.agreement_id, after.version);
            return next after;
        end if;
    end
    $function$
    grant execute to ringfence_app

function ringfence.rights()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.rights()
     RETURNS bytea
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN sha256(textsend(((((((((((((((NULLIF(ringfence.context(3), ''::text) || '|'::text) || ringfence.context(5)) || '|'::text) || ringfence.context(4)) || '|'::text) || ringfence.context(10)) || '|'::text) || ringfence.context(11)) || '|'::text) || ringfence.context(12)) || '|'::text) || ringfence.context(13)) || '|'::text) || ringfence.context(14))))
    grant execute to ringfence_app

function ringfence.rule_of(text,uuid,uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.rule_of(permission text, group_key uuid, requester_id uuid)
     RETURNS text
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN CASE WHEN ringfence.may(permission) THEN permission WHEN (group_key = ANY (ringfence.groups_with((permission || '.group'::text)))) THEN (permission || '.group'::text) WHEN (requester_id = ringfence.member_with((permission || '.own'::text))) THEN (permission || '.own'::text) WHEN (permission = 'comment.create'::text) THEN 'comment.note.group'::text ELSE NULL::text END
    grant execute to ringfence_app

function ringfence.seal(uuid)
    owner ringfence_gate
    CREATE OR REPLACE FUNCTION ringfence.seal(tenant_id uuid)
     RETURNS void
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        perform set_config('backtrace_functions', E'ringfence\n' || replace(tenant_id::text, '-', ''), true);
    end
    $function$
    grant execute to ringfence_owner

function ringfence.send_over(text,uuid,uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.send_over(kind text, agreement_id uuid, intent_id uuid)
     RETURNS void
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        if send_over.kind = 'agreement' then
            update ringfence.crossing_queue q set claim = null, due_at = transaction_timestamp()
             where q.tenant_id = ringfence.current_tenant() and q.agreement_id = send_over.agreement_id;
        end if;
        insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind)
        values (ringfence.current_tenant(), send_over.intent_id, send_over.agreement_id, send_over.kind)
        on conflict on constraint crossing_queue_pkey do nothing;
    end
    $function$

function ringfence.settle_crossing(uuid,uuid,uuid,text,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.settle_crossing(tenant_id uuid, intent_id uuid, agreement_id uuid, kind text, refused text)
     RETURNS void
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        settled uuid;
    begin
        if settle_crossing.kind = 'ticket' then
            update ringfence.ticket_links l
               set state = case when refused is null then 'delivered' else 'refused' end, reason = refused, settled_at = transaction_timestamp()
             where l.tenant_id = settle_crossing.tenant_id and l.link_id = settle_crossing.intent_id and l.state = 'pending'
            returning l.ticket_id into settled;
        elsif settle_crossing.kind = 'comment' then
            update ringfence.comment_shares s
               set state = case when refused is null then 'delivered' else 'refused' end, reason = refused, settled_at = transaction_timestamp()
             where s.tenant_id = settle_crossing.tenant_id and s.share_id = settle_crossing.intent_id and s.state = 'pending'
            returning s.comment_id into settled;
        end if;
        if settled is not null then
            perform ringfence.record_crossing(settle_crossing.tenant_id, settle_crossing.intent_id,
                case when refused is null then 'crossing.delivered' else 'crossing.refused' end, refused, settle_crossing.kind, settled, settle_crossing.agreement_id);
        end if;
        delete from ringfence.crossing_queue q where q.tenant_id = settle_crossing.tenant_id and q.intent_id = settle_crossing.intent_id;
    end
    $function$

function ringfence.settle_provisioned(uuid[])
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.settle_provisioned(users uuid[])
     RETURNS void
     LANGUAGE plpgsql
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        here uuid := ringfence.current_tenant();
        u record;
        wanted text;
        moved boolean;
        promoted boolean;
        changed integer;
    begin
        for u in
            select s.*, m.role as held from ringfence.scim_users s
              join ringfence.members m on m.tenant_id = here and m.member_id = s.contact_id and m.provisioned and m.role not in ('owner', 'admin')
             where s.tenant_id = here and s.scim_user_id = any (users)
             order by m.member_id
               for update of m
        loop
            delete from ringfence.group_members w using ringfence.scim_groups g
             where w.tenant_id = here and w.member_id = u.contact_id and g.tenant_id = here and g.group_id = w.group_id
               and not exists (select from ringfence.scim_group_members i
                                where i.tenant_id = here and i.scim_group_id = g.scim_group_id and i.scim_user_id = u.scim_user_id);
            moved := found;
            insert into ringfence.group_members (tenant_id, member_id, group_id)
            select here, u.contact_id, g.group_id
              from ringfence.scim_group_members i
              join ringfence.scim_groups g on g.tenant_id = here and g.scim_group_id = i.scim_group_id
             where i.tenant_id = here and i.scim_user_id = u.scim_user_id
                on conflict do nothing;
            moved := moved or found;
            -- An agent in no group works in all of them, a light agent in none: whoever loses the last group gains nothing by it.
            wanted := case when u.held not in ('agent', 'light_agent', 'requester') then u.held
                           when u.role = 'agent' and u.grouped
                                and not exists (select from ringfence.group_members w where w.tenant_id = here and w.member_id = u.contact_id)
                           then 'light_agent' else u.role end;
            promoted := u.held <> wanted;
            if moved or promoted then
                update ringfence.members m set role = wanted, version = m.version + 1, updated_at = transaction_timestamp()
                 where m.tenant_id = here and m.member_id = u.contact_id
                returning m.version into changed;
                perform ringfence.record_provisioning('member.updated', 'member', u.contact_id, changed,
                    jsonb_build_object('fields', array_remove(array[case when moved then 'groups' end, case when promoted then 'role' end], null)));
            end if;
        end loop;
    end
    $function$

function ringfence.signed(text,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.signed(purpose text, body text)
     RETURNS text
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN (SELECT ((signed.body || '|'::text) || encode(sha256((k.outer_pad || sha256((k.inner_pad || textsend(((('crossing|'::text || signed.purpose) || '|'::text) || signed.body)))))), 'hex'::text)) FROM ringfence.keys k WHERE ((k.purpose = 'seal'::text) AND (k.retired_at IS NULL)))

function ringfence.status_may_follow(text,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.status_may_follow(before text, after text)
     RETURNS boolean
     LANGUAGE sql
     IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (before = after) THEN (before <> 'closed'::text) WHEN (before = ANY (ARRAY['new'::text, 'open'::text, 'pending'::text, 'on_hold'::text])) THEN (after = ANY (ARRAY['new'::text, 'open'::text, 'pending'::text, 'on_hold'::text, 'solved'::text])) WHEN (before = 'solved'::text) THEN (after = ANY (ARRAY['open'::text, 'closed'::text])) ELSE false END
    grant execute to ringfence_app

function ringfence.suspend_tenant(uuid,boolean,uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.suspend_tenant(tenant_id uuid, suspended boolean, request_id uuid)
     RETURNS boolean
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        action text := case when suspended then 'tenant.suspended' else 'tenant.resumed' end;
    begin
        perform ringfence.seal(suspend_tenant.tenant_id);
        update ringfence.tenants t
           set status = case when suspended then 'suspended' else 'active' end,
               suspended_at = case when suspended then coalesce(t.suspended_at, transaction_timestamp()) end
         where t.tenant_id = suspend_tenant.tenant_id;
        if not found then
            perform ringfence.unseal();
            return false;
        end if;
        perform ringfence.record_operation(suspend_tenant.tenant_id, suspend_tenant.request_id, action, 'tenant', suspend_tenant.tenant_id, '{}');
        perform ringfence.record_operation(null, suspend_tenant.request_id, action, 'tenant', suspend_tenant.tenant_id, '{}');
        perform ringfence.unseal();
        return true;
    end
    $function$
    grant execute to ringfence_operator

function ringfence.take_crossing()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.take_crossing()
     RETURNS text
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        job ringfence.crossing_queue;
        sender ringfence.tenants;
        agreement ringfence.agreements;
        link ringfence.ticket_links;
        share ringfence.comment_shares;
        receiver uuid;
        refused text;
        said jsonb;
        behind text;
    begin
        foreach behind in array array[nullif(current_setting('app.crossing_turn', true), ''), '00000000-0000-0000-0000-000000000000'] loop
            select q.* into job from ringfence.crossing_queue q
             where q.tenant_id > behind::uuid and q.due_at <= statement_timestamp()
             order by q.tenant_id, q.due_at, q.intent_id limit 1 for update skip locked;
            exit when job.intent_id is not null;
        end loop;
        behind := set_config('app.crossing_turn', job.tenant_id::text, false);
        if job.intent_id is null then
            return null;
        end if;
        update ringfence.crossing_queue q
           set claim = gen_random_uuid(), attempts = q.attempts + 1,
               due_at = clock_timestamp() + least(interval '5 seconds' * 2 ^ least(q.attempts, 10), interval '5 minutes')
         where q.tenant_id = job.tenant_id and q.intent_id = job.intent_id
        returning q.* into job;
        perform ringfence.seal(job.tenant_id);
        select t.* into sender from ringfence.tenants t where t.tenant_id = job.tenant_id;
        -- A suspended tenant sends nothing. Its intents wait.
        if sender.status <> 'active' then
            perform ringfence.unseal();
            return '';
        end if;
        select a.* into agreement from ringfence.agreements a where a.tenant_id = job.tenant_id and a.agreement_id = job.agreement_id;
        receiver := coalesce(agreement.partner_id, (select t.tenant_id from ringfence.tenants t where t.slug = agreement.partner_slug));
        if job.kind = 'agreement' then
            -- Who was asked and has not consented keeps silent, whatever they think of it. Who proposes consents thereby.
            if receiver is null or receiver = job.tenant_id or agreement.consented_at is null then
                perform ringfence.settle_crossing(job.tenant_id, job.intent_id, job.agreement_id, job.kind, null);
                perform ringfence.unseal();
                return '';
            end if;
            said := jsonb_build_object('proposed', agreement.proposed_here, 'direction', agreement.direction, 'actions', agreement.actions,
                'fields', agreement.fields, 'expires_at', agreement.expires_at, 'revoked', agreement.revoked_at is not null);
        else
            if job.kind = 'ticket' then
                select l.* into link from ringfence.ticket_links l where l.tenant_id = job.tenant_id and l.link_id = job.intent_id;
                refused := ringfence.agreement_refuses(agreement, 'outgoing', 'ticket.escalate');
                perform from ringfence.ticket_links l where l.tenant_id = job.tenant_id and l.link_id = job.intent_id for no key update skip locked;
            else
                select s.* into share from ringfence.comment_shares s where s.tenant_id = job.tenant_id and s.share_id = job.intent_id;
                select l.* into link from ringfence.ticket_links l where l.tenant_id = job.tenant_id and l.link_id = share.link_id;
                refused := coalesce(ringfence.agreement_refuses(agreement, 'outgoing', 'comment.share'), case when link.state = 'refused' then 'not_linked' end);
                perform from ringfence.comment_shares s where s.tenant_id = job.tenant_id and s.share_id = job.intent_id for no key update skip locked;
            end if;
            if not found and coalesce(share.share_id, link.link_id) is not null then
                perform ringfence.unseal();
                return '';
            end if;
            if refused is null and ringfence.may_still_escalate(job.tenant_id, coalesce(share.created_by, link.created_by), link.group_key) is not true then
                refused := 'sender_may_not';
            end if;
            if refused is null and job.kind = 'ticket' then
                said := jsonb_build_object('fields', ringfence.ticket_fields(job.tenant_id, link.ticket_id, agreement.fields));
            elsif refused is null then
                select jsonb_build_object('link', link.link_id, 'body', c.body) into said
                  from ringfence.comments c
                 where c.tenant_id = job.tenant_id and c.comment_id = share.comment_id and c.ticket_id = link.ticket_id and c.visibility = 'public';
                if said is null then
                    refused := 'not_public';
                end if;
            end if;
            -- Taken up before, it may have arrived: then the receiver is asked, and told nothing.
            if refused is not null and (job.attempts = 1 or receiver is null) then
                perform ringfence.settle_crossing(job.tenant_id, job.intent_id, job.agreement_id, job.kind, refused);
                perform ringfence.unseal();
                return '';
            end if;
        end if;
        perform ringfence.unseal();
        return ringfence.signed('letter', (coalesce(said, '{}') || jsonb_build_object('kind', job.kind, 'intent', job.intent_id, 'claim', job.claim,
            'agreement', job.agreement_id, 'from', sender.tenant_id, 'slug', sender.slug, 'to', receiver, 'refused', refused))::text);
    end
    $function$
    grant execute to ringfence_dispatcher

function ringfence.take_sign_in(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.take_sign_in(token text)
     RETURNS TABLE(issuer text, return_to text, tenant_id uuid, max_age integer, acr text)
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.minted(token, 'sign_in.take');
    begin
        return query
        delete from ringfence.sign_in_attempts a
         where a.attempt_hash = decode(said ->> 'attempt', 'hex') and a.expires_at > transaction_timestamp()
        returning a.issuer, a.return_to, a.tenant_id, a.max_age, a.acr;
    end
    $function$
    grant execute to ringfence_app

function ringfence.take_turn(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.take_turn(what text)
     RETURNS boolean
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        if ringfence.member() is null then
            raise exception 'no tenant entered' using errcode = 'RF003';
        end if;
        if (select count(*) from pg_locks l where l.locktype = 'advisory' and l.pid = pg_backend_pid()) >= 4 then
            raise exception 'a transaction takes four turns at most' using errcode = '54000';
        end if;
        return pg_try_advisory_xact_lock(ringfence.turn_key('request', ringfence.current_tenant(), take_turn.what));
    end
    $function$
    grant execute to ringfence_app

function ringfence.tenant_id()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.tenant_id()
     RETURNS uuid
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN (NULLIF(ringfence.context(2), ''::text))::uuid
    grant execute to ringfence_app
    grant execute to ringfence_gate
    grant execute to ringfence_reporting

function ringfence.tenant_of_login()
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.tenant_of_login()
     RETURNS uuid
     LANGUAGE plpgsql
     STABLE PARALLEL RESTRICTED SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        return (select l.tenant_id from ringfence.reporting_logins l join ringfence.tenants t using (tenant_id)
                 where l.login = session_user and t.status = 'active');
    end
    $function$
    grant execute to ringfence_app
    grant execute to ringfence_gate
    grant execute to ringfence_reporting

function ringfence.ticket_fields(uuid,uuid,text[])
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.ticket_fields(tenant_id uuid, ticket_id uuid, fields text[])
     RETURNS jsonb
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    BEGIN ATOMIC
     SELECT COALESCE(jsonb_object_agg(f.name, f.value), '{}'::jsonb) AS "coalesce"
        FROM ((ringfence.tickets t
          JOIN ringfence.contacts r ON (((r.tenant_id = t.tenant_id) AND (r.contact_id = t.requester_id))))
          CROSS JOIN LATERAL ( VALUES ('subject'::text,to_jsonb(t.subject)), ('priority'::text,to_jsonb(t.priority)), ('type'::text,to_jsonb(t.type)), ('tags'::text,to_jsonb(t.tags)), ('body'::text,( SELECT to_jsonb(c.body) AS to_jsonb
                        FROM ringfence.comments c
                       WHERE ((c.tenant_id = t.tenant_id) AND (c.ticket_id = t.ticket_id) AND (c.visibility = 'public'::text))
                       ORDER BY c.created_at, c.comment_id
                      LIMIT 1)), ('requester_name'::text,to_jsonb(r.name)), ('requester_email'::text,to_jsonb(r.email))) f(name, value))
       WHERE ((t.tenant_id = ticket_fields.tenant_id) AND (t.ticket_id = ticket_fields.ticket_id) AND (f.name = ANY (ticket_fields.fields)) AND (f.value IS NOT NULL));
    END

function ringfence.token_parts(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.token_parts(token text)
     RETURNS text[]
     LANGUAGE plpgsql
     STABLE PARALLEL RESTRICTED
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        part text[] := string_to_array(token, '|');
    begin
        if cardinality(part) = 8 and part[5]::bigint >= extract(epoch from clock_timestamp()) and exists (
            select from ringfence.keys k
             where k.purpose = 'token' and k.kid::text = part[7] and k.retired_at is null
               and encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(left(token, -65)))), 'hex') = part[8]) then
            return part;
        end if;
        return null;
    end
    $function$

function ringfence.token_used(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.token_used(token text)
     RETURNS void
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        part text[] := ringfence.token_parts(token);
    begin
        if part is null or part[2] not like 't:%' then
            raise exception 'not a valid token' using errcode = 'RF002';
        end if;
        perform ringfence.seal(part[1]::uuid);
        update ringfence.api_tokens a set last_used_at = transaction_timestamp()
         where a.tenant_id = part[1]::uuid and a.token_hash = decode(substr(part[2], 3), 'hex')
           and (a.last_used_at is null or a.last_used_at < transaction_timestamp() - interval '1 minute');
        perform ringfence.unseal();
    end
    $function$
    grant execute to ringfence_app

function ringfence.touch_member(uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.touch_member(person uuid)
     RETURNS integer
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        reached integer;
    begin
        update ringfence.members m set version = m.version + 1, updated_at = transaction_timestamp()
         where m.tenant_id = ringfence.current_tenant() and m.member_id = person and ringfence.may('contact.change')
           and exists (select from ringfence.contacts c where c.tenant_id = m.tenant_id and c.contact_id = m.member_id and c.updated_at = transaction_timestamp())
        returning m.version into reached;
        return reached;
    end
    $function$
    grant execute to ringfence_app

function ringfence.touch_session(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.touch_session(token text)
     RETURNS boolean
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        said jsonb := ringfence.minted(token, 'session.touch');
    begin
        update ringfence.sessions s
           set last_seen_at = transaction_timestamp(),
               idle_expires_at = least(transaction_timestamp() + make_interval(secs => (said ->> 'idle')::integer), s.expires_at)
         where s.session_hash = decode(said ->> 'session', 'hex')
           and s.ended_at is null and s.idle_expires_at > transaction_timestamp() and s.expires_at > transaction_timestamp()
           and s.last_seen_at < transaction_timestamp() - least(interval '1 minute', make_interval(secs => (said ->> 'idle')::integer / 8.0));
        return found;
    end
    $function$
    grant execute to ringfence_app

function ringfence.touch_ticket(uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.touch_ticket(ticket_id uuid)
     RETURNS void
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        if exists (select from ringfence.tickets t
                    where t.tenant_id = ringfence.current_tenant() and t.ticket_id = touch_ticket.ticket_id and t.status = 'closed'
                      and exists (select from ringfence.comments c
                                   where c.tenant_id = t.tenant_id and c.ticket_id = t.ticket_id and c.created_at = transaction_timestamp())) then
            raise exception 'the ticket is closed' using errcode = 'RF013';
        end if;
        update ringfence.tickets t set updated_at = greatest(t.updated_at, transaction_timestamp())
         where t.tenant_id = ringfence.current_tenant() and t.ticket_id = touch_ticket.ticket_id
           and exists (select from ringfence.comments c
                        where c.tenant_id = t.tenant_id and c.ticket_id = t.ticket_id
                          and c.visibility = 'public' and c.created_at = transaction_timestamp());
    end
    $function$
    grant execute to ringfence_app

function ringfence.transfer_ticket(uuid,integer,uuid,uuid,uuid)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.transfer_ticket(ticket_id uuid, version integer, group_id uuid, assignee_id uuid, ticket_event_id uuid)
     RETURNS SETOF ringfence.tickets
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    declare
        before ringfence.tickets;
        after ringfence.tickets;
    begin
        select t.* into before from ringfence.tickets t
         where t.tenant_id = ringfence.current_tenant() and t.ticket_id = transfer_ticket.ticket_id
           -- Closed by this very change, it may still be handed over.
           and t.version = transfer_ticket.version and (t.status <> 'closed' or t.closed_at = transaction_timestamp())
           and (ringfence.may('ticket.change') or t.group_id = any (ringfence.groups_with('ticket.change.group')))
           -- It answers with the ticket, so to those who see it.
           and (ringfence.may('ticket.read') or t.group_id = any (ringfence.groups_with('ticket.read.group')) or t.requester_id = ringfence.member_with('ticket.read.own'))
           for update;
        if before.ticket_id is null then
            return;
        end if;
        update ringfence.tickets t
           set group_id = transfer_ticket.group_id, assignee_id = transfer_ticket.assignee_id,
               version = t.version + 1, updated_at = transaction_timestamp()
         where t.tenant_id = before.tenant_id and t.ticket_id = before.ticket_id
        returning t.* into after;
        insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version, changes)
        values (after.tenant_id, transfer_ticket.ticket_event_id, after.ticket_id, after.requester_id, after.group_key, ringfence.member(),
                'ticket.assigned', 'internal', after.version,
                (select coalesce(jsonb_object_agg(f.name, jsonb_build_array(f.old, f.new)), '{}')
                   from (values ('group_id', before.group_id, after.group_id), ('assignee_id', before.assignee_id, after.assignee_id)) f (name, old, new)
                  where f.old is distinct from f.new));
        return next after;
    end
    $function$
    grant execute to ringfence_app

function ringfence.turn_key(text,uuid,text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.turn_key(kind text, tenant_id uuid, what text)
     RETURNS bigint
     LANGUAGE plpgsql
     STABLE PARALLEL RESTRICTED
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        -- Planned once a session: a function of SQL that looks something up would be planned at every request with a key.
        return (select ('x' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend('turn|' || turn_key.kind || '|' || turn_key.tenant_id::text || '|' || turn_key.what))), 'hex'))::bit(64)::bigint
                  from ringfence.keys k where k.purpose = 'seal' and k.retired_at is null);
    end
    $function$

function ringfence.turned(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.turned(direction text)
     RETURNS text
     LANGUAGE sql
     STABLE PARALLEL RESTRICTED
    RETURN CASE direction WHEN 'outgoing'::text THEN 'incoming'::text WHEN 'incoming'::text THEN 'outgoing'::text ELSE direction END

function ringfence.unseal()
    owner ringfence_gate
    CREATE OR REPLACE FUNCTION ringfence.unseal()
     RETURNS void
     LANGUAGE plpgsql
     SECURITY DEFINER
     SET search_path TO 'pg_catalog', 'pg_temp'
    AS $function$
    begin
        perform set_config('backtrace_functions', '', true);
    end
    $function$
    grant execute to ringfence_owner

function ringfence.wider(text)
    owner ringfence_owner
    CREATE OR REPLACE FUNCTION ringfence.wider(permission text)
     RETURNS text
     LANGUAGE sql
     IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (permission = 'ticket.resolve.own'::text) THEN 'ticket.change'::text WHEN (permission = 'comment.note.group'::text) THEN 'comment.create'::text WHEN (permission ~~ '%.group'::text) THEN "left"(permission, '-6'::integer) WHEN (permission ~~ '%.own'::text) THEN "left"(permission, '-4'::integer) ELSE permission END
    grant execute to ringfence_app
    grant execute to ringfence_gate
