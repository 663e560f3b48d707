-- The queries on what crosses between tenants, played with policies and without: each condition matters to somebody.

-- play: one agreement, and how it stands
-- before:
select pg_temp.agreed();
update ringfence.agreements set <set> where agreement_id = '{agreement}';
-- query: agreements/get.sql
-- show: partner_slug state revoked_by_partner
-- let: 1={acme} 2={agreement} set=version=1
-- owner: acme-one|f|active
-- owner@globex 1={globex}: globex-one|f|active
-- owner 2={agreement2}: acme-two|f|proposed
-- owner 2={absent}: nothing
-- owner set=consented_at=null,consented_by=null: acme-one|f|proposed
-- owner set=expires_at=transaction_timestamp(): acme-one|f|expired
-- owner set=revoked_at=now(),revoked_by='{owner}': acme-one|f|revoked
-- owner set=partner_revoked_at=now(): acme-one|t|revoked
-- owner set=partner_revoked_at=now(),revoked_at=now(),revoked_by='{owner}': acme-one|f|revoked

-- play: agreements
-- before:
select pg_temp.agreed();
update ringfence.agreements set <set> where agreement_id = '{agreement}';
-- query: agreements/list.sql
-- choose: created_at:ascending
-- show: partner_slug state revoked_by_partner
-- let: tenant_id={acme} limit=5 set=version=1
-- owner: acme-one|f|active; acme-two|f|proposed
-- owner set=consented_at=null,consented_by=null: acme-one|f|proposed; acme-two|f|proposed
-- owner set=expires_at=transaction_timestamp(): acme-one|f|expired; acme-two|f|proposed
-- owner set=revoked_at=now(),revoked_by='{owner}': acme-one|f|revoked; acme-two|f|proposed
-- owner set=partner_revoked_at=now(): acme-one|t|revoked; acme-two|f|proposed
-- owner set=partner_revoked_at=now(),revoked_at=now(),revoked_by='{owner}': acme-one|f|revoked; acme-two|f|proposed

-- play: a place in the list of agreements
-- before:
select pg_temp.agreed();
-- query: agreements/list.sql
-- choose: <choose> created_at:ascending
-- show: partner_slug
-- let: tenant_id={acme} limit=9
-- each: created_at:after key_time=2026-01-01 key_id={agreement}: acme-two
-- each: created_at:before key_time=2026-01-02 key_id={agreement2}: acme-one

-- play: an owner consents to what was proposed
-- before:
select pg_temp.agreed();
update ringfence.agreements set proposed_here = false, consented_at = null, consented_by = null;
update ringfence.agreements set <set> where agreement_id = '{agreement}';
-- query: agreements/consent.sql
-- show: partner_slug state revoked_by_partner version
-- let: 1={acme} 2={agreement} 3=1 set=version=1
-- owner: acme-one|f|active|2
-- owner set=partner_consented_at=null: acme-one|f|proposed|2
-- owner 1={globex}: nothing
-- owner 3=2: nothing
-- owner set=partner_revoked_at=now(): nothing

-- play: an owner calls an agreement off
-- before:
select pg_temp.agreed();
update ringfence.agreements set <set> where agreement_id = '{agreement}';
-- query: agreements/revoke.sql
-- show: partner_slug state revoked_by_partner version
-- let: 1={acme} 2={agreement} 3=1 set=version=1
-- owner: acme-one|f|revoked|2
-- owner set=partner_revoked_at=now(): acme-one|f|revoked|2
-- owner 1={globex}: nothing
-- owner 3=2: nothing

-- play: an owner proposes an agreement
-- query: agreements/propose.sql
-- show: partner_slug state revoked_by_partner direction
-- let: 1={acme} 2={new} 3=globex 4=both 5={ticket.escalate} 6={subject} 7=2099-01-01
-- owner: globex|both|f|proposed
-- owner 3=acme: nothing
-- owner 7=2020-01-01: globex|both|f|expired

-- play: a ticket is to go over under an agreement
-- before:
select pg_temp.agreed();
update ringfence.agreements set <set>;
-- query: ticket_links/create.sql
-- show: link_id ticket_id agreement_id state
-- effects
-- let: 1={acme} 2={ticket3} 3={agreement} 4={new} set=version=1
-- owner: new|ticket3|agreement|pending / agreements a+2, agreements b+2, audit_inbox a+1, comment_shares a+4, comment_shares b+4, crossing_queue a+1, ticket_links a+4, ticket_links b+3
-- owner 3={agreement2}: nothing / agreements a+2, agreements b+2, comment_shares a+4, comment_shares b+4, ticket_links a+3, ticket_links b+3
-- owner 2={absent}: nothing / agreements a+2, agreements b+2, comment_shares a+4, comment_shares b+4, ticket_links a+3, ticket_links b+3
-- owner 2={foreign_ticket}: nothing / agreements a+2, agreements b+2, comment_shares a+4, comment_shares b+4, ticket_links a+3, ticket_links b+3
-- owner set=actions='{comment.share}': nothing / agreements a+2, agreements b+2, comment_shares a+4, comment_shares b+4, ticket_links a+3, ticket_links b+3

-- play: a ticket's links
-- before:
select pg_temp.agreed();
-- query: ticket_links/list.sql
-- choose: created_at:ascending
-- show: link_id ticket_id
-- let: tenant_id={acme} ticket_id={ticket1} limit=9
-- owner: link|ticket1; link2|ticket1
-- owner ticket_id={ticket2}: share2|ticket2
-- owner@globex tenant_id={globex}: link|ticket1; link2|ticket1

-- play: a place in the list of a ticket's links
-- before:
select pg_temp.agreed();
-- query: ticket_links/list.sql
-- choose: <choose> created_at:ascending
-- show: link_id
-- let: tenant_id={acme} ticket_id={ticket1} limit=9
-- each: created_at:after key_time=2026-01-01 key_id={link}: link2
-- each: created_at:before key_time=2026-01-02 key_id={link2}: link

-- play: a public comment is to go over to where its ticket went
-- before:
select pg_temp.agreed();
delete from ringfence.comment_shares;
update ringfence.agreements set partner_consented_at = '2026-01-01';
update ringfence.ticket_links set state = 'refused', reason = 'x', settled_at = now() where link_id = '<refused>';
update ringfence.agreements set <set>;
-- query: comment_shares/create.sql
-- show: share_id link_id comment_id
-- effects
-- let: 1={acme} 2={ticket1} 3={c1p} 4={agreement} 5={new} set=version=1 refused={absent}
-- owner: new|link|c1p / agreements a+2, agreements b+2, audit_inbox a+1, comment_shares a+1, crossing_queue a+1, ticket_links a+3, ticket_links b+3
-- owner 4={agreement2}: new|link2|c1p / agreements a+2, agreements b+2, audit_inbox a+1, comment_shares a+1, crossing_queue a+1, ticket_links a+3, ticket_links b+3
-- owner refused={link}: nothing / agreements a+2, agreements b+2, ticket_links a+3, ticket_links b+3
-- owner 3={c1i}: nothing / agreements a+2, agreements b+2, ticket_links a+3, ticket_links b+3
-- owner 3={c3p}: nothing / agreements a+2, agreements b+2, ticket_links a+3, ticket_links b+3
-- owner 2={ticket2}: nothing / agreements a+2, agreements b+2, ticket_links a+3, ticket_links b+3
-- owner 4={absent}: nothing / agreements a+2, agreements b+2, ticket_links a+3, ticket_links b+3
-- owner set=actions='{ticket.escalate}': nothing / agreements a+2, agreements b+2, ticket_links a+3, ticket_links b+3

-- play: the shares of a comment
-- before:
select pg_temp.agreed();
-- query: comment_shares/list.sql
-- choose: created_at:ascending
-- show: share_id link_id
-- let: tenant_id={acme} ticket_id={ticket1} comment_id={c1p} limit=9
-- owner: share|link; share2|link2
-- owner comment_id={c1i}: event|link
-- owner ticket_id={ticket2}: nothing

-- play: a place in the list of a comment's shares
-- before:
select pg_temp.agreed();
-- query: comment_shares/list.sql
-- choose: <choose> created_at:ascending
-- show: share_id
-- let: tenant_id={acme} ticket_id={ticket1} comment_id={c1p} limit=9
-- each: created_at:after key_time=2026-01-01 key_id={share}: share2
-- each: created_at:before key_time=2026-01-02 key_id={share2}: share
