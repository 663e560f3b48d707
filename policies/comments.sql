-- Comments: read and written where the ticket is, by the requester and group that the comment carries.

alter table ringfence.comments enable row level security;
alter table ringfence.comments force row level security;

create policy comments_wall on ringfence.comments as restrictive for all to public
    using (tenant_id = (select ringfence.current_tenant())) with check (tenant_id = (select ringfence.current_tenant()));
create policy comments_wall_each_row on ringfence.comments as restrictive for all to ringfence_app, ringfence_reporting
    using (tenant_id = any (array[(select ringfence.current_tenant())])) with check (true);

-- Whoever sees the ticket, and reads what is said about it. Both are asked of the row: no right to read comments shows those of a ticket
-- that is not seen.
create policy comments_read on ringfence.comments for select to ringfence_app
    using (tenant_id = ringfence.tenant_id()
        and ((select ringfence.may('ticket.read')) or group_key = any ((select ringfence.groups_with('ticket.read.group'))::uuid[])
            or requester_id = (select ringfence.member_with('ticket.read.own')))
        and ((select ringfence.may('comment.read')) or group_key = any ((select ringfence.groups_with('comment.read.group'))::uuid[])
            or requester_id = (select ringfence.member_with('comment.read.own')) and visibility = 'public'));
create policy comments_create on ringfence.comments for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and author_id = (select ringfence.member_with('comment.create')) and created_at = transaction_timestamp());
create policy comments_create_in_groups on ringfence.comments for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and group_key = any ((select ringfence.groups_with('comment.create.group'))::uuid[]) and author_id = (select ringfence.member()) and created_at = transaction_timestamp());
create policy comments_note_in_groups on ringfence.comments for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and group_key = any ((select ringfence.groups_with('comment.note.group'))::uuid[]) and author_id = (select ringfence.member()) and visibility = 'internal' and created_at = transaction_timestamp());
create policy comments_create_own_public on ringfence.comments for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and requester_id = (select ringfence.member_with('comment.create.own')) and author_id = requester_id and visibility = 'public' and created_at = transaction_timestamp() and external_id is null);
-- An import writes what others said elsewhere.
create policy comments_import on ringfence.comments for insert to ringfence_app
    with check (tenant_id = ringfence.tenant_id() and (select ringfence.may('ticket.import')));
create policy comments_read_by_definers on ringfence.comments for select to ringfence_owner
    using (tenant_id = ringfence.tenant_id());
-- What comes from another tenant under an agreement.
create policy comments_create_by_definers on ringfence.comments for insert to ringfence_owner
    with check (tenant_id = ringfence.tenant_id());
-- The wall is all that an analyst's login has. Not for who entered as a member: were an analyst's login ever granted to the
-- service's, this door would stand open beside the member's.
create policy comments_report on ringfence.comments for select to ringfence_reporting
    using ((select ringfence.member()) is null);

grant select on ringfence.comments to ringfence_app;
grant insert (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body, external_id, created_at)
    on ringfence.comments to ringfence_app;
grant select (tenant_id, comment_id, ticket_id, author_id, visibility, body, created_at) on ringfence.comments to ringfence_reporting;
