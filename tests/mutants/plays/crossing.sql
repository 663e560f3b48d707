-- What crosses between tenants: who proposes, reads, consents, revokes and sends, and what each may not write.

-- play: who proposes an agreement
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by)
values ('<tenant>', '{new}', 'globex', 'both', '{ticket.escalate}', '{subject}', '2099-01-01', <who>);
-- effects
-- let: tenant={acme} who=ringfence.member()
-- owner service[agreement.manage]: #1 / agreements a+1
-- admin agent grouped_agent light_agent requester auditor service[agreement.read] nobody: !42501
-- owner who='{agent}': !42501
-- owner tenant={globex}: !42501
-- definer who='{owner}': #1 / agreements a+1
-- definer who='{owner}' tenant={globex}: !42501

-- play: who reads agreements
select coalesce(string_agg(partner_slug, ' '), 'none') from ringfence.agreements;
-- before:
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by)
values ('{acme}', '{new}', 'ours', 'both', '{ticket.escalate}', '{subject}', '2099-01-01', '{owner}'), ('{globex}', '{new}', 'theirs', 'both', '{ticket.escalate}', '{subject}', '2099-01-01', '{owner}');
-- owner admin agent grouped_agent light_agent auditor service[agreement.read] definer: ours
-- requester service[] service[agreement.manage] nobody owner_role: none

-- play: who calls an agreement off, once
select count(*) from ringfence.revoke_agreement('{new}', <version>);
-- before:
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by)
values ('{acme}', '{new}', 'ours', 'both', '{ticket.escalate}', '{subject}', '2099-01-01', '{owner}'), ('{globex}', '{new}', 'theirs', 'both', '{ticket.escalate}', '{subject}', '2099-01-01', '{owner}');
-- effects
-- let: version=1
-- owner service[agreement.manage]: 1 / agreements a+1, agreements b+1, audit_inbox a+1, crossing_queue a+1
-- owner version=2: 0 / agreements a+1, agreements b+1
-- owner version=null: 0 / agreements a+1, agreements b+1
-- admin agent requester auditor service[agreement.read] nobody: 0 / agreements a+1, agreements b+1

-- play: who escalates which ticket, as whom
insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by)
values ('<tenant>', '{event}', '{new}', '<ticket>', '{asker}', '<group>', <who>);
-- before:
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by)
values ('{acme}', '{new}', 'ours', 'both', '{ticket.escalate}', '{subject}', '2099-01-01', '{owner}'), ('{globex}', '{new}', 'theirs', 'both', '{ticket.escalate}', '{subject}', '2099-01-01', '{owner}');
-- effects
-- let: tenant={acme} ticket={ticket1} group={first} who=ringfence.member()
-- owner admin agent grouped_agent service[ticket.escalate]: #1 / agreements a+1, agreements b+1, ticket_links a+1
-- light_agent requester auditor service[ticket.read,ticket.change] service[ticket.escalate.group] nobody: !42501
-- agent grouped_agent who='{owner}': !42501
-- agent grouped_agent tenant={globex}: !42501
-- agent ticket={ticket2} group={second}: #1 / agreements a+1, agreements b+1, ticket_links a+1
-- grouped_agent ticket={ticket2} group={second}: !42501
-- grouped_agent ticket={ticket2}: !23503 ticket_links_ticket_fkey

-- play: a ticket is escalated by who may change it where it is
insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by)
values ('{acme}', '{event}', '{new}', '{ticket1}', '{asker}', '{first}', ringfence.member());
-- before:
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by)
values ('{acme}', '{new}', 'ours', 'both', '{ticket.escalate}', '{subject}', '2099-01-01', '{owner}');
update ringfence.group_members set access = '<access>';
-- let: access={full}
-- grouped_agent: #1
-- grouped_agent access={change,overview}: #1
-- grouped_agent access={read,create}: !42501

-- play: what is sent goes under the agreement of its own link
select ringfence.post_crossing('{share}');
-- before:
select pg_temp.agreed();
delete from ringfence.comment_shares where tenant_id = '{globex}' and link_id = '{link2}';
delete from ringfence.ticket_links where tenant_id = '{globex}' and link_id = '{link2}';
update ringfence.ticket_links set agreement_id = '{agreement2}' where tenant_id = '{globex}' and link_id = '{link}';
update ringfence.ticket_links set reason = reason where tenant_id = '<last>' and link_id = '{link}';
-- after:
select string_agg(left(tenant_id::text, 1) || ' ' || intent_id || ' ' || agreement_id || ' ' || kind, ', ') from ringfence.crossing_queue;
-- let: last={acme}
-- agent: / a share agreement comment
-- agent last={globex}: / a share agreement comment

-- play: who shares which comment, as whom
insert into ringfence.comment_shares (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, created_by)
select '<tenant>', '{event}', '{link}', '<comment>', ticket_id, requester_id, group_key, <who> from ringfence.ticket_links where tenant_id = '{acme}' and link_id = '{link}';
-- before:
select pg_temp.agreed();
delete from ringfence.comment_shares;
-- effects
-- let: tenant={acme} comment={c1p} who=ringfence.member()
-- owner agent grouped_agent service[ticket.read,ticket.escalate]: #1 / agreements a+2, agreements b+2, comment_shares a+1, ticket_links a+3, ticket_links b+3
-- light_agent auditor service[ticket.read,ticket.change]: !42501
-- nobody: #0 / agreements a+2, agreements b+2, ticket_links a+3, ticket_links b+3
-- agent grouped_agent who='{owner}': !42501
-- agent grouped_agent tenant={globex}: !42501

-- play: who sees links and shares
select (select string_agg(left(tenant_id::text, 1) || link_id, ' ' order by tenant_id, link_id) from ringfence.ticket_links), (select string_agg(left(tenant_id::text, 1) || share_id, ' ' order by tenant_id, share_id) from ringfence.comment_shares);
-- before:
select pg_temp.agreed();
update ringfence.tickets set group_id = '{<group>}' where ticket_id = '{ticket1}';
-- let: group=first
-- owner admin agent auditor service[ticket.read]: alink alink2 ashare2|aevent anew ashare ashare2
-- grouped_agent: alink alink2|aevent ashare ashare2
-- grouped_agent group=second: null|null
-- light_agent: alink alink2|aevent ashare ashare2
-- requester service[] service[ticket.escalate] nobody: null|null

-- play: what is to be carried is put into the queue of the tenant one is in
-- but: doors
-- sql:
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ('<tenant>', '{new}', '{agreement}', 'ticket');
-- let: tenant={acme}
-- definer: #1
-- definer tenant={globex}: !42501
-- owner_role nobody owner dispatcher: !42501

-- play: were the service ever to write into the queue, the wall would stand before it
-- but: walls
-- sql:
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ('<tenant>', '{new}', '{agreement}', 'ticket');
-- before:
grant insert on ringfence.crossing_queue to ringfence_app;
create policy opened on ringfence.crossing_queue to ringfence_app using (true) with check (true);
-- let: tenant={acme}
-- owner: #1
-- owner tenant={globex}: !42501
-- nobody: !42501
