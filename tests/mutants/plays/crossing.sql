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
