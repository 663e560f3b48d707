-- Two tenants agree, a ticket goes over, comments go both ways, and all that may stop them on the way.

-- root: the carrier's three steps, each telling what it did
create function pg_temp.tell(what text) returns void language sql as $$ select set_config('play.told', coalesce(nullif(current_setting('play.told', true), '') || ' > ', '') || what, true) $$;
create function pg_temp.take() returns void language plpgsql as $$
declare letter text := ringfence.take_crossing();
begin
    perform set_config('play.letter', coalesce(letter, ''), true), pg_temp.tell(case when letter is null then 'nothing due' when letter = '' then 'no letter' else left(letter, -65) end);
end $$;
create function pg_temp.deliver() returns void language plpgsql as $$
declare receipt text;
begin
    -- As a statement of its own: an expression that was made ready for one login is not asked for the privilege of the next.
    execute 'select ringfence.deliver_crossing($1)' into receipt using current_setting('play.letter');
    perform set_config('play.receipt', coalesce(receipt, ''), true), pg_temp.tell(coalesce(left(receipt, -65), 'no receipt'));
end $$;
create function pg_temp.complete() returns void language plpgsql as $$
begin
    perform ringfence.complete_crossing(current_setting('play.receipt')), pg_temp.tell('completed');
end $$;
create function pg_temp.carry() returns text language plpgsql as $$
begin
    perform pg_temp.take();
    if current_setting('play.letter') <> '' then
        perform pg_temp.deliver();
        if current_setting('play.receipt') <> '' then
            perform pg_temp.complete();
        end if;
    end if;
    return current_setting('play.told');
end $$;
create function pg_temp.due() returns void language sql as $$ update ringfence.crossing_queue set due_at = transaction_timestamp() $$;
create function pg_temp.told() returns text language sql as $$ select current_setting('play.told') $$;
-- Beside it all, another agreement of the same two.
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, proposed_here, direction, actions, fields, created_at, updated_at, expires_at, consented_by, consented_at, partner_consented_at)
select t.id::uuid, '{agreement2}', t.partner, t.partner_id::uuid, t.here, t.way, '{ticket.escalate}', '{subject}', '2026-01-01', '2026-01-01', '2098-01-01', t.by::uuid, t.at::timestamptz, case when not t.here then '2026-01-01'::timestamptz end
  from (values ('{acme}', 'globex', null, true, 'incoming', '{owner}', '2026-01-01'), ('{globex}', 'acme', '{acme}', false, 'outgoing', null, null)) t (id, partner, partner_id, here, way, by, at);

-- dispatcher: nothing is due
select pg_temp.carry();

-- try owner query agreements/propose.sql: to oneself
'{acme}', '{agreement}', 'acme', 'outgoing', '{ticket.escalate}', '{subject}', '2099-01-01'

-- try agent query agreements/propose.sql: an agent proposes
'{acme}', '{agreement}', 'globex', 'outgoing', '{ticket.escalate}', '{subject}', '2099-01-01'

-- owner query agreements/propose.sql: an owner proposes
'{acme}', '{agreement}', 'globex', 'outgoing', '{comment.share,ticket.escalate}', '{body,priority,requester_email,requester_name,subject,tags,type}', '2099-01-01'

-- try owner query agreements/propose.sql: again by the same id
'{acme}', '{agreement}', 'globex', 'outgoing', '{ticket.escalate}', '{subject}', '2099-01-01'

-- try agent query ticket_links/create.sql: before anybody has consented
'{acme}', '{ticket1}', '{agreement}', '{link}'

-- try root: to a tenant that is not there
update ringfence.agreements set partner_slug = 'nobody';
select pg_temp.carry();

-- try root: the partner has twenty proposals already
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, proposed_here, direction, actions, fields, expires_at, consented_at, partner_consented_at)
select '{globex}', gen_random_uuid(), 'acme', '{acme}', false, 'both', '{ticket.escalate}', '{subject}', '2099-01-01', null, now() from generate_series(1, 20);
select pg_temp.carry();

-- try root: the partner has nineteen, and others that do not count
insert into ringfence.tenants (tenant_id, slug, name) values ('{absent}', 'third', 'third');
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, proposed_here, direction, actions, fields, partner_consented_at, created_at, expires_at, consented_by, consented_at, revoked_by, revoked_at, partner_revoked_at)
select '{globex}', gen_random_uuid(), 'acme', case when n = 20 then '{absent}' else '{acme}' end::uuid, false, 'both', '{ticket.escalate}', '{subject}', '2026-01-01', '2026-01-01', case when n = 21 then '2026-02-01' else '2099-01-01' end::timestamptz,
       case when n = 22 then '{owner}' end::uuid, case when n = 22 then '2026-02-01' end::timestamptz, case when n = 23 then '{owner}' end::uuid, case when n = 23 then '2026-02-01' end::timestamptz, case when n = 24 then '2026-02-01' end::timestamptz
  from generate_series(1, 24) n where n <> 19;
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, proposed_here, direction, actions, fields, expires_at, consented_at, partner_consented_at)
values ('{absent}', gen_random_uuid(), 'acme', '{acme}', false, 'both', '{ticket.escalate}', '{subject}', '2099-01-01', null, now());
select pg_temp.carry();

-- try root: twenty came today, of which some were called off here or there and some are expired
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, proposed_here, direction, actions, fields, partner_consented_at, created_at, expires_at, consented_at, revoked_by, revoked_at, partner_revoked_at)
select '{globex}', gen_random_uuid(), 'acme', '{acme}', false, 'both', '{ticket.escalate}', '{subject}', now(), now() - interval '23 hours', case when n = 1 then now() - interval '1 hour' else '2099-01-01' end,
       null, case when n = 2 then '{owner}' end::uuid, case when n = 2 then now() end, case when n > 2 then now() end
  from generate_series(1, 20) n;
select pg_temp.carry();

-- try root: the same a day ago
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, proposed_here, direction, actions, fields, partner_consented_at, created_at, expires_at, consented_at, revoked_by, revoked_at, partner_revoked_at)
select '{globex}', gen_random_uuid(), 'acme', '{acme}', false, 'both', '{ticket.escalate}', '{subject}', now(), now() - interval '24 hours', case when n = 1 then now() - interval '1 hour' else '2099-01-01' end,
       null, case when n = 2 then '{owner}' end::uuid, case when n = 2 then now() end, case when n > 2 then now() end
  from generate_series(1, 20) n;
select pg_temp.carry();

-- try root: they have one more
insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, proposed_here, direction, actions, fields, expires_at, consented_at, partner_consented_at)
select '{globex}', gen_random_uuid(), 'acme', '{acme}', false, 'both', '{ticket.escalate}', '{subject}', '2099-01-01', null, now() from generate_series(1, 19);
select pg_temp.carry();

-- try root: the partner is suspended
update ringfence.tenants set status = 'suspended', suspended_at = '2026-01-01' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: whoever asks is suspended
update ringfence.tenants set status = 'suspended', suspended_at = '2026-01-01' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: called off before it is carried
update ringfence.agreements set revoked_at = '2026-01-01', revoked_by = '{owner}', created_at = '2025-01-01';
select pg_temp.carry();

-- try root: expired before it is carried
update ringfence.agreements set created_at = '2025-01-01', expires_at = '2026-01-01';
select pg_temp.carry();

-- try root: taken up twice, the first too late
select pg_temp.take();
select set_config('play.first', current_setting('play.letter'), true);
select pg_temp.due();
select pg_temp.take();
select set_config('play.letter', current_setting('play.first'), true);
select pg_temp.deliver();
select pg_temp.told();

-- try root: in whose context the carrier leaves nobody
select pg_temp.take();
select ringfence.current_tenant(), current_setting('app.tenant_id', true), current_setting('backtrace_functions');

-- try root: nor where whoever asks is suspended
update ringfence.tenants set status = 'suspended', suspended_at = '2026-01-01' where tenant_id = '{acme}';
select pg_temp.take();
select ringfence.current_tenant(), current_setting('app.tenant_id', true), current_setting('backtrace_functions');

-- try root: nor where there is nobody to write to
update ringfence.agreements set partner_slug = 'nobody';
select pg_temp.take();
select ringfence.current_tenant(), current_setting('app.tenant_id', true), current_setting('backtrace_functions');

-- try root: what is due later is left
update ringfence.crossing_queue set due_at = transaction_timestamp() + interval '1 hour';
select pg_temp.carry();

-- try root: nobody proposes to themselves
update ringfence.agreements set partner_slug = 'acme' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: no more than what is taken up is locked
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ('{acme}', '{share2}', '{absent}', 'agreement');
select ringfence.take_crossing() is not null;
select string_agg((xmax <> 0)::text, ',' order by intent_id) from ringfence.crossing_queue;

-- try root: under which key, and for what, a letter is signed
select pg_temp.take();
select right(current_setting('play.letter'), 64) = encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend('crossing|letter|' || left(current_setting('play.letter'), -65)))), 'hex') from ringfence.keys k where k.purpose = 'seal';

-- try root: a key of before signs nothing
insert into ringfence.keys (purpose, kid, inner_pad, outer_pad, retired_at) select 'seal', 9, inner_pad, outer_pad, now() from ringfence.keys where purpose = 'seal';
select pg_temp.carry();

-- try root: a letter of somebody else's writing
select ringfence.deliver_crossing('{"kind": "agreement"}|' || repeat('0', 64));

-- try root: a receipt in place of a letter, and a letter in place of a receipt
select pg_temp.take();
select ringfence.complete_crossing(current_setting('play.letter'));

-- dispatcher: the proposal is taken up
select pg_temp.take();
select pg_temp.told();

-- dispatcher: the proposal is delivered
select pg_temp.deliver();
select pg_temp.told();

-- try root: delivered again, it changes nothing
select pg_temp.deliver();
select pg_temp.told();

-- try root: taken up again meanwhile, the first receipt counts no more
select pg_temp.due();
select ringfence.take_crossing();
select pg_temp.complete();

-- dispatcher: the sender is told
select pg_temp.complete();

-- try owner@globex: whoever was asked calls it off unheard
select ringfence.revoke_agreement('{agreement}', 1);
reset session authorization;
select pg_temp.carry();

-- try agent@globex query agreements/consent.sql: an agent consents
'{globex}', '{agreement}', 1

-- try owner query agreements/consent.sql: who has proposed consents again
'{acme}', '{agreement}', 1

-- try owner@globex query agreements/consent.sql: to another version
'{globex}', '{agreement}', 2

-- try owner query agreements/consent.sql: in the name of the other
'{globex}', '{agreement}', 1

-- try owner@globex: to what was called off here, called off there, or is over
reset session authorization;
update ringfence.agreements set revoked_at = '2026-01-01', revoked_by = '{owner}' where agreement_id = '{agreement}' and tenant_id = '{globex}';
create temp table consented as select 'here' as what, count(*) from ringfence.consent_agreement('{agreement}', 1);
update ringfence.agreements set revoked_at = null, revoked_by = null, partner_revoked_at = '2026-01-01' where agreement_id = '{agreement}' and tenant_id = '{globex}';
insert into consented select 'there', count(*) from ringfence.consent_agreement('{agreement}', 1);
update ringfence.agreements set partner_revoked_at = null, created_at = '2025-01-01', expires_at = '2026-01-01' where agreement_id = '{agreement}' and tenant_id = '{globex}';
insert into consented select 'over', count(*) from ringfence.consent_agreement('{agreement}', 1);
select string_agg(what || ' ' || count, ', ') from consented;

-- try owner: an owner sends word of what was proposed, which an agent may not
select ringfence.post_crossing('{agreement}');

-- try agent: an agent sends no word of it
select ringfence.post_crossing('{agreement}');

-- try owner@globex: nor does an owner of what was proposed to them
select ringfence.post_crossing('{agreement}');

-- try nobody: nor nobody
select ringfence.post_crossing('{agreement}');

-- try root: what stands in the way of an agreement that is none, and of one without this side's consent
select ringfence.agreement_refuses(null, 'outgoing', 'ticket.escalate'),
       (select ringfence.agreement_refuses(a, 'outgoing', 'ticket.escalate') from ringfence.agreements a where a.tenant_id = '{globex}' and a.agreement_id = '{agreement}');

-- owner@globex query agreements/consent.sql: the other side's owner consents
'{globex}', '{agreement}', 1

-- try owner@globex query agreements/consent.sql: once more
'{globex}', '{agreement}', 2

-- try root: consent arrives to other terms
update ringfence.agreements set fields = '{subject}' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: consent arrives to other actions
update ringfence.agreements set actions = '{ticket.escalate}' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: consent arrives to another direction
update ringfence.agreements set direction = 'both' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: consent arrives to another end
update ringfence.agreements set expires_at = '2098-01-01' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: consent arrives after it was called off
update ringfence.agreements set revoked_at = '2099-01-01', revoked_by = '{owner}' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: two letters of one claim
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind, due_at) values ('{acme}', '{share2}', '{agreement}', 'agreement', 'infinity'), ('{globex}', '{share2}', '{agreement}', 'agreement', 'infinity'), ('{acme}', '{agreement}', '{agreement}', 'agreement', 'infinity');
select pg_temp.take();
update ringfence.crossing_queue o set claim = q.claim from ringfence.crossing_queue q where q.intent_id = '{agreement}' and q.tenant_id = '{globex}';
update ringfence.crossing_queue set claim = null where intent_id = '{agreement}' and tenant_id = '{globex}';
select pg_temp.deliver();
select pg_temp.told();

-- try root: whom a letter leaves in whose tenant
select pg_temp.take();
select pg_temp.deliver();
select current_setting('app.tenant_id', true), current_setting('backtrace_functions');

-- try root: a letter to who is suspended leaves nobody there either
update ringfence.tenants set status = 'suspended', suspended_at = '2026-01-01' where tenant_id = '{acme}';
select pg_temp.take();
select pg_temp.deliver();
select current_setting('app.tenant_id', true), current_setting('backtrace_functions');

-- try root: nor does a receipt
select pg_temp.carry();
select current_setting('app.tenant_id', true), current_setting('backtrace_functions');

-- try root: word of a consent, where nothing was known of a proposal
delete from ringfence.agreements where tenant_id = '{acme}' and agreement_id = '{agreement}';
select pg_temp.carry();

-- try root: consent arrives from somebody else
update ringfence.agreements set partner_slug = 'elsewhere' where tenant_id = '{acme}';
select pg_temp.carry();

-- dispatcher: word of the consent is carried
select pg_temp.carry();

-- try root: the same word a second time
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ('{globex}', '{agreement}', '{agreement}', 'agreement');
select pg_temp.carry();

-- try agent query ticket_links/refusal.sql: nothing is in the way
'{acme}', '{agreement}', 'ticket.escalate'

-- try agent@globex query ticket_links/refusal.sql: the wrong way
'{globex}', '{agreement}', 'ticket.escalate'

-- try agent query ticket_links/refusal.sql: another action
'{acme}', '{agreement}', 'ticket.delete'

-- try agent query ticket_links/refusal.sql: of an agreement that is none
'{acme}', '{absent}', 'ticket.escalate'

-- try requester query ticket_links/refusal.sql: not a requester's business
'{acme}', '{agreement}', 'ticket.escalate'

-- try agent@globex query ticket_links/create.sql: the wrong way
'{globex}', '{ticket1}', '{agreement}', '{link}'

-- try light_agent query ticket_links/create.sql: who may not escalate
'{acme}', '{ticket1}', '{agreement}', '{link}'

-- try agent query ticket_links/create.sql: of another tenant
'{globex}', '{ticket1}', '{agreement}', '{link}'

-- try grouped_agent query ticket_links/create.sql: of a group that is not the agent's
'{acme}', '{ticket2}', '{agreement}', '{link}'

-- grouped_agent query ticket_links/create.sql: an agent of the ticket's group escalates it
'{acme}', '{ticket1}', '{agreement}', '{link}'

-- try agent query ticket_links/create.sql: the same twice
'{acme}', '{ticket1}', '{agreement}', '{link2}'

-- try agent: nothing is sent that is not there, nor what is another's
reset session authorization; delete from ringfence.crossing_queue; set session authorization ringfence_app;
select ringfence.post_crossing('{absent}');

-- try root: where nobody has entered nothing is sent
delete from ringfence.crossing_queue;
select ringfence.seal('{acme}');
select ringfence.post_crossing('{link}');
select ringfence.unseal();

-- try root: the link is gone, and of the same id elsewhere there is one
insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by)
select tenant_id, '{link}', '{agreement2}', ticket_id, requester_id, group_key, '{owner}' from ringfence.tickets where tenant_id = '{globex}' and ticket_id = '{ticket2}';
delete from ringfence.ticket_links where tenant_id = '{acme}' and link_id = '{link}';
select pg_temp.take();
select pg_temp.told();

-- try root: with another link pending
insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by)
select tenant_id, '{link2}', '{agreement}', ticket_id, requester_id, group_key, '{agent}' from ringfence.tickets where tenant_id = '{acme}' and ticket_id = '{ticket2}';
select pg_temp.carry();

-- try root: the other tenant has something under way by the same id
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind, due_at) values ('{globex}', '{link}', '{agreement}', 'ticket', 'infinity');
select pg_temp.carry();

-- try root: settled meanwhile
select pg_temp.take();
select pg_temp.deliver();
update ringfence.ticket_links set state = 'refused', reason = 'not_accepted', settled_at = '2026-01-01';
select pg_temp.complete();

-- try root: refused, while the claim is another's
update ringfence.agreements set revoked_at = '2099-01-01', revoked_by = '{owner}' where tenant_id = '{globex}';
select pg_temp.take();
select pg_temp.deliver();
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind, due_at, claim) select o.tenant::uuid, o.intent::uuid, q.agreement_id, q.kind, 'infinity', q.claim
  from ringfence.crossing_queue q, (values ('{acme}', '{link2}'), ('{globex}', '{link}')) o (tenant, intent) where q.intent_id = '{link}';
update ringfence.crossing_queue set claim = null where tenant_id = '{acme}' and intent_id = '{link}';
select pg_temp.complete();

-- try root: what stands in the way first is what is told
update ringfence.agreements set created_at = '2025-01-01', expires_at = '2026-01-01' where tenant_id = '{acme}';
update ringfence.members set role = 'light_agent' where member_id = '{grouped_agent}';
select pg_temp.carry();
select current_setting('app.tenant_id', true), current_setting('backtrace_functions');

-- try root: consent is missing here
update ringfence.agreements set consented_at = null, consented_by = null where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: none of the fields is there
update ringfence.agreements set fields = '{body}' where tenant_id = '{acme}';
update ringfence.comments set visibility = 'internal' where ticket_id = '{ticket1}';
select pg_temp.carry();

-- try root: the other tenant's comment is older
update ringfence.comments set created_at = created_at - interval '1 day' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: the agreement is held until the ticket is in, or is refused
update ringfence.agreements set direction = 'outgoing' where tenant_id = '{globex}';
select pg_temp.take();
create temp table before as select agreement_id, xmax::text as locked from ringfence.agreements where tenant_id = '{globex}';
select pg_temp.deliver();
select string_agg(agreement_id || ' ' || (a.xmax::text <> locked), ', ' order by agreement_id) from ringfence.agreements a join before using (agreement_id) where tenant_id = '{globex}';

-- try root: what is called off waits until it is in
select pg_temp.take();
create temp table before as select * from ringfence.crossing_queue;
delete from ringfence.crossing_queue;
insert into ringfence.crossing_queue select * from before;
select pg_temp.deliver();
select xmax <> 0 from ringfence.crossing_queue;

-- try root: the sender's tenant is gone from the partner's list, and it was taken up before
select pg_temp.take();
select pg_temp.due();
update ringfence.agreements set partner_id = null, partner_slug = 'elsewhere', partner_consented_at = null where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: who sent it is a light agent in the other tenant
update ringfence.members set role = 'light_agent' where tenant_id = '{globex}' and member_id = '{grouped_agent}';
update ringfence.members set role = role where tenant_id = '{acme}' and member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: who sent it is a light agent in the other tenant, whichever is read first
update ringfence.members set role = role where tenant_id = '{acme}' and member_id = '{grouped_agent}';
update ringfence.members set role = 'light_agent' where tenant_id = '{globex}' and member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: the other tenant has a link of the same id
insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by)
select tenant_id, '{link}', '{agreement}', ticket_id, requester_id, group_key, '{agent}' from ringfence.tickets where tenant_id = '{globex}' and ticket_id = '{ticket2}';
update ringfence.ticket_links set reason = reason where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: who sent it is in the group in the other tenant, and in none here
delete from ringfence.group_members where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: who sent it is in the group in the other tenant, and in another one here
update ringfence.group_members set group_id = '{second}' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: others are in the group, who sent it in another one
update ringfence.group_members set group_id = '{second}' where member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: who sent it is a service that may some things
update ringfence.members set role = 'service', permissions = '{ticket.read,ticket.escalate,contact.read}' where member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: who sent it is a service that may in groups alone, and is in this one
update ringfence.members set role = 'service', permissions = '{ticket.escalate.group}' where member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: who sent it has a role of the tenant's own that may some things
update ringfence.tenant_roles set permissions = '{ticket.read,ticket.escalate,contact.read}' where role_id = '{narrow_role}';
update ringfence.members set role = 'custom', role_id = '{narrow_role}' where member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: who sent it lost the group
delete from ringfence.group_members;
select pg_temp.carry();

-- try root: who sent it may only read in the group
update ringfence.group_members set access = '{read}';
select pg_temp.carry();

-- try root: who sent it may change in the group
update ringfence.group_members set access = '{read,change}';
select pg_temp.carry();

-- try root: who sent it is in another group
update ringfence.group_members set group_id = '{second}';
select pg_temp.carry();

-- try root: who sent it is gone
delete from ringfence.memberships where identity_id = '{i_grouped_agent}'; delete from ringfence.group_members; delete from ringfence.members where member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: who sent it is gone, and of the same id elsewhere there is somebody
delete from ringfence.memberships where tenant_id = '{acme}' and identity_id = '{i_grouped_agent}'; delete from ringfence.group_members where tenant_id = '{acme}'; delete from ringfence.members where tenant_id = '{acme}' and member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: who sent it is a light agent now
update ringfence.members set role = 'light_agent' where member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: who sent it has a role of the tenant's own that may
delete from ringfence.group_members;
update ringfence.tenant_roles set permissions = '{ticket.escalate}' where role_id = '{narrow_role}';
update ringfence.members set role = 'custom', role_id = '{narrow_role}' where member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: who sent it has a role of the tenant's own that may not, which another tenant's may
update ringfence.tenant_roles set permissions = '{ticket.escalate}' where role_id = '{narrow_role}' and tenant_id = '{globex}';
update ringfence.members set role = 'custom', role_id = '{narrow_role}' where member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: who sent it is a service that may
update ringfence.members set role = 'service', permissions = '{ticket.escalate}' where member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: who sent it is a service that may in groups, and is in none
delete from ringfence.group_members;
update ringfence.members set role = 'service', permissions = '{ticket.escalate.group}' where member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: who sent it is a service that may not, with a grant of before
update ringfence.members set role = 'service', permissions = '{ticket.read}' where member_id = '{grouped_agent}';
update ringfence.break_glass_grants set member_id = '{grouped_agent}', created_at = now() - interval '1 hour', expires_at = now() + interval '1 hour';
select pg_temp.carry();

-- try root: who sent it is an owner, with a grant of before
update ringfence.members set role = 'owner' where member_id = '{grouped_agent}';
update ringfence.break_glass_grants set member_id = '{grouped_agent}', role = 'auditor', created_at = now() - interval '1 hour', expires_at = now() + interval '1 hour';
select pg_temp.carry();

-- try root: who sent it is a light agent, and an agent for hours
delete from ringfence.group_members;
update ringfence.members set role = 'light_agent' where member_id = '{grouped_agent}';
update ringfence.break_glass_grants set member_id = '{grouped_agent}', created_at = now() - interval '1 hour', expires_at = now() + interval '1 hour';
select pg_temp.carry();

-- try root: those hours are over
update ringfence.members set role = 'light_agent' where member_id = '{grouped_agent}';
update ringfence.break_glass_grants set member_id = '{grouped_agent}', created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour';
select pg_temp.carry();

-- try root: those hours were ended
update ringfence.members set role = 'light_agent' where member_id = '{grouped_agent}';
update ringfence.break_glass_grants set member_id = '{grouped_agent}', created_at = now() - interval '1 hour', expires_at = now() + interval '1 hour', revoked_at = now();
select pg_temp.carry();

-- try root: those hours are somebody else's, or in another tenant
update ringfence.members set role = 'light_agent' where member_id = '{grouped_agent}';
update ringfence.break_glass_grants set created_at = now() - interval '1 hour', expires_at = now() + interval '1 hour', member_id = case tenant_id when '{globex}' then '{grouped_agent}' else '{light_agent}' end::uuid;
select pg_temp.carry();

-- try root: the last of two such grants counts
update ringfence.break_glass_grants set member_id = '{grouped_agent}', role = 'auditor', created_at = now() - interval '1 hour', expires_at = now() + interval '1 hour';
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, created_at, expires_at)
values ('{acme}', '{new}', '{grouped_agent}', 'agent', 'a reason that was told', '{owner}', now() - interval '2 hours', now() + interval '1 hour');
select pg_temp.carry();

-- try root: called off here before it is carried
update ringfence.agreements set revoked_at = '2099-01-01', revoked_by = '{owner}' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: called off there before it is carried
update ringfence.agreements set partner_revoked_at = '2099-01-01' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: expired here before it is carried
update ringfence.agreements set created_at = '2025-01-01', expires_at = '2026-01-01' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: consent is missing on this side, then on the other
update ringfence.agreements set partner_consented_at = null where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: the action is not agreed on here
update ringfence.agreements set actions = '{comment.share}' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: the direction is another here
update ringfence.agreements set direction = 'incoming' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: called off here between take and deliver, by word of it
select pg_temp.take();
update ringfence.crossing_queue set claim = null;
select pg_temp.deliver();
select pg_temp.told();

-- try root: the receiver has called it off
update ringfence.agreements set revoked_at = '2099-01-01', revoked_by = '{owner}' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: the receiver has no such agreement
update ringfence.agreements set agreement_id = '{absent}' where tenant_id = '{globex}' and agreement_id = '{agreement}';
select pg_temp.carry();

-- try root: at the receiver's it is with somebody else
update ringfence.agreements set partner_id = '{absent}' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: at the receiver's it is outgoing
update ringfence.agreements set direction = 'outgoing' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: at the receiver's it lets no tickets in
update ringfence.agreements set actions = '{comment.share}' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: at the receiver's it lets fewer fields in
update ringfence.agreements set fields = '{requester_name,tags}' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: at the sender's it lets fewer fields out
update ringfence.agreements set fields = '{subject}' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: of a ticket without a public comment or an organization
update ringfence.comments set visibility = 'internal' where ticket_id = '{ticket1}';
select pg_temp.carry();

-- try root: of a ticket with two public comments, and of one who has no address
update ringfence.comments set visibility = 'public', body = body || ' ' || comment_id where ticket_id = '{ticket1}';
update ringfence.contacts set email = null where contact_id = '{asker}';
update ringfence.tickets set priority = 'urgent', type = 'incident', tags = '{fire,water}' where ticket_id = '{ticket1}';
select pg_temp.carry();

-- try root: the link's id is taken at the receiver's
insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by)
select tenant_id, '{link}', '{agreement}', ticket_id, requester_id, group_key, '{agent}' from ringfence.tickets where tenant_id = '{globex}' and ticket_id = '{ticket2}';
select pg_temp.carry();

-- try root: killed after it was delivered, and the right lost since
select pg_temp.take();
select pg_temp.deliver();
update ringfence.members set role = 'light_agent' where member_id = '{grouped_agent}';
select pg_temp.due();
select pg_temp.carry();

-- try root: killed after it was taken up, and the right lost since
select pg_temp.take();
update ringfence.members set role = 'light_agent' where member_id = '{grouped_agent}';
select pg_temp.due();
select pg_temp.carry();

-- try root: killed after it was taken up, and the right and the partner lost since
select pg_temp.take();
update ringfence.members set role = 'light_agent' where member_id = '{grouped_agent}';
update ringfence.agreements set partner_id = null, partner_slug = 'elsewhere', partner_consented_at = null where tenant_id = '{acme}';
select pg_temp.due();
select pg_temp.carry();

-- try root: delivered, and with somebody else since
select pg_temp.take();
select pg_temp.deliver();
update ringfence.agreements set partner_id = '{absent}' where tenant_id = '{globex}';
select pg_temp.due();
select pg_temp.carry();

-- try root: delivered, and under another agreement since
select pg_temp.take();
select pg_temp.deliver();
update ringfence.ticket_links set agreement_id = '{agreement2}' where tenant_id = '{globex}';
select pg_temp.due();
select pg_temp.carry();

-- try root: refused by the receiver after somebody else took it up
update ringfence.agreements set revoked_at = '2099-01-01', revoked_by = '{owner}' where tenant_id = '{globex}';
select pg_temp.take();
select pg_temp.deliver();
select pg_temp.due();
select ringfence.take_crossing();
select pg_temp.complete();

-- try root: delivered after somebody else took it up
select pg_temp.take();
select pg_temp.deliver();
select pg_temp.due();
select ringfence.take_crossing();
select pg_temp.complete();

-- try root: it fails again and again, and waits longer each time
update ringfence.crossing_queue set attempts = 3;
select ringfence.take_crossing() is not null;
select pg_temp.due();
update ringfence.crossing_queue set attempts = 30;
select ringfence.take_crossing() is not null;

-- try root: whose turn it is
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind, due_at) select '{globex}', ('00000000-0000-7000-8000-00000000010' || n)::uuid, '{absent}', 'agreement', now() - interval '1 hour' * n from generate_series(1, 3) n;
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind, due_at) select '{acme}', ('00000000-0000-7000-8000-00000000020' || n)::uuid, '{absent}', 'agreement', now() - interval '1 hour' * n from generate_series(1, 3) n;
select ringfence.take_crossing();
select ringfence.take_crossing();
select ringfence.take_crossing();

-- try root: whose turn it is, after that of the first
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind, due_at) select '{globex}', ('00000000-0000-7000-8000-00000000010' || n)::uuid, '{absent}', 'agreement', now() - interval '1 hour' * n from generate_series(1, 3) n;
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind, due_at) select '{acme}', ('00000000-0000-7000-8000-00000000020' || n)::uuid, '{absent}', 'agreement', now() - interval '1 hour' * n from generate_series(1, 3) n;
select ringfence.take_crossing();
select ringfence.take_crossing();

-- try agent: what is under way is not sent again
select ringfence.post_crossing('{link}');

-- try agent@globex: nor by the other tenant
select ringfence.post_crossing('{link}');

-- dispatcher: the ticket goes over
select pg_temp.carry();

-- try agent query ticket_links/create.sql: it went already
'{acme}', '{ticket1}', '{agreement}', '{link2}'

-- try agent: what went over is not sent again
select ringfence.post_crossing('{link}');

-- try agent query comment_shares/create.sql: an internal note
'{acme}', '{ticket1}', '{c1i}', '{agreement}', '{share}'

-- try agent query comment_shares/create.sql: a comment of another ticket
'{acme}', '{ticket1}', '{c2p}', '{agreement}', '{share}'

-- try agent query comment_shares/create.sql: of a ticket that is not linked
'{acme}', '{ticket2}', '{c2p}', '{agreement}', '{share}'

-- try agent query comment_shares/create.sql: under another agreement
'{acme}', '{ticket1}', '{c1p}', '{absent}', '{share}'

-- try agent query comment_shares/create.sql: of another tenant
'{globex}', '{ticket1}', '{c1p}', '{agreement}', '{share}'

-- try light_agent query comment_shares/create.sql: who may not
'{acme}', '{ticket1}', '{c1p}', '{agreement}', '{share}'

-- try root: a comment of a ticket whose link was refused
update ringfence.ticket_links set state = 'refused', reason = 'not_accepted' where tenant_id = '{acme}';

-- grouped_agent query comment_shares/create.sql: an agent of the group sends a comment after it
'{acme}', '{ticket1}', '{c1p}', '{agreement}', '{share}'

-- try agent query comment_shares/create.sql: the same twice
'{acme}', '{ticket1}', '{c1p}', '{agreement}', '{share2}'

-- try agent: no comment is sent that is not there
reset session authorization; delete from ringfence.crossing_queue; set session authorization ringfence_app;
select ringfence.post_crossing('{absent}');

-- try agent@globex: nor is another tenant's
reset session authorization; delete from ringfence.crossing_queue; set session authorization ringfence_app;
select ringfence.post_crossing('{share}');

-- try agent: nor under another agreement, here or there
reset session authorization;
delete from ringfence.crossing_queue;
update ringfence.ticket_links set agreement_id = '{agreement2}' where tenant_id = '{globex}';
insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by)
select tenant_id, '{link2}', '{agreement2}', ticket_id, requester_id, group_key, '{agent}' from ringfence.tickets where tenant_id = '{acme}' and ticket_id = '{ticket2}';
update ringfence.ticket_links set reason = reason where tenant_id = '{acme}' and link_id = '{link}';
set session authorization ringfence_app;
select ringfence.post_crossing('{share}');

-- try agent: nor under another agreement there, whichever is read first
reset session authorization;
delete from ringfence.crossing_queue;
update ringfence.ticket_links set reason = reason where tenant_id = '{acme}' and link_id = '{link}';
update ringfence.ticket_links set agreement_id = '{agreement2}' where tenant_id = '{globex}';
set session authorization ringfence_app;
select ringfence.post_crossing('{share}');

-- try root: carried by its own link, share and comment, whatever else there is
insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by)
select tenant_id, '{absent}', '{agreement2}', ticket_id, requester_id, group_key, '{agent}' from ringfence.tickets where tenant_id = '{acme}' and ticket_id = '{ticket2}';
insert into ringfence.comment_shares (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, created_by)
select tenant_id, '{absent}', '{absent}', comment_id, ticket_id, requester_id, group_key, '{agent}' from ringfence.comments where tenant_id = '{acme}' and comment_id = '{c2p}';
update ringfence.ticket_links set reason = reason where tenant_id = '{acme}' and link_id = '{link}';
update ringfence.comment_shares set reason = reason where tenant_id = '{acme}' and share_id = '{share}';
update ringfence.comments set body = body where tenant_id = '{acme}' and comment_id = '{c1p}';
select pg_temp.carry();

-- try root: the other tenant has a comment of the same id, ticket and all
update ringfence.comments c set ticket_id = t.ticket_id, requester_id = t.requester_id, group_key = t.group_key from ringfence.tickets t
 where c.tenant_id = '{globex}' and c.comment_id = '{c1p}' and t.tenant_id = c.tenant_id and t.ticket_id = '{ticket1}';
update ringfence.comments set body = body || ' later' where tenant_id = '{acme}' and comment_id = '{c1p}';
select pg_temp.carry();

-- try root: a share that names a comment of another ticket
update ringfence.comment_shares set comment_id = '{c2p}';
select pg_temp.carry();

-- try root: with another share pending
insert into ringfence.comment_shares (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, created_by)
select tenant_id, '{share2}', link_id, '{c1i}', ticket_id, requester_id, group_key, '{agent}' from ringfence.comment_shares;
select pg_temp.carry();

-- try root: the share is settled meanwhile
select pg_temp.take();
select pg_temp.deliver();
update ringfence.comment_shares set state = 'refused', reason = 'not_accepted', settled_at = '2026-01-01' where tenant_id = '{acme}';
select pg_temp.complete();

-- try root: word of an agreement settles no comment
delete from ringfence.crossing_queue;
update ringfence.comment_shares set share_id = '{agreement}';
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ('{acme}', '{agreement}', '{agreement}', 'agreement');
select pg_temp.carry();

-- try root: the agreement is held until the comment is in, or is refused
update ringfence.agreements set direction = 'outgoing' where tenant_id = '{globex}';
select pg_temp.take();
create temp table before as select agreement_id, xmax::text as locked from ringfence.agreements where tenant_id = '{globex}';
select pg_temp.deliver();
select string_agg(agreement_id || ' ' || (a.xmax::text <> locked), ', ' order by agreement_id) from ringfence.agreements a join before using (agreement_id) where tenant_id = '{globex}';

-- try root: the carrier of a comment was killed, and the right lost since
select pg_temp.take();
update ringfence.members set role = 'light_agent' where member_id = '{grouped_agent}';
select pg_temp.due();
select pg_temp.carry();

-- try root: the comment was delivered, and the agreement is with somebody else since
select pg_temp.take();
select pg_temp.deliver();
update ringfence.agreements set partner_id = '{absent}' where tenant_id = '{globex}';
select pg_temp.due();
select pg_temp.carry();

-- try root: the comment was delivered, and the receiver's link refused since
select pg_temp.take();
select pg_temp.deliver();
update ringfence.ticket_links set state = 'refused', reason = 'not_accepted' where tenant_id = '{globex}';
select pg_temp.due();
select pg_temp.carry();

-- try root: the comment was delivered, and the other share of the same id is later
select pg_temp.take();
select pg_temp.deliver();
update ringfence.comment_shares set reason = reason where tenant_id = '{acme}';
select pg_temp.due();
select pg_temp.carry();

-- try root: the comment was delivered, and the share is gone since
select pg_temp.take();
select pg_temp.deliver();
delete from ringfence.comment_shares where tenant_id = '{acme}';
select pg_temp.due();
select pg_temp.carry();

-- try root: the comment is internal meanwhile
update ringfence.comments set visibility = 'internal' where comment_id = '{c1p}';
select pg_temp.carry();

-- try root: and the other tenant's of the same id is not
update ringfence.comments c set ticket_id = t.ticket_id, requester_id = t.requester_id, group_key = t.group_key from ringfence.tickets t
 where c.tenant_id = '{globex}' and c.comment_id = '{c1p}' and t.tenant_id = c.tenant_id and t.ticket_id = '{ticket1}';
update ringfence.comments set visibility = 'internal' where tenant_id = '{acme}' and comment_id = '{c1p}';
select pg_temp.carry();

-- try root: the link was refused meanwhile
update ringfence.ticket_links set state = 'refused', reason = 'not_accepted' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: who sent the comment lost the right
update ringfence.members set role = 'light_agent' where member_id = '{grouped_agent}';
select pg_temp.carry();

-- try root: sharing is not agreed on here
update ringfence.agreements set actions = '{ticket.escalate}' where tenant_id = '{acme}';
select pg_temp.carry();

-- try root: sharing is not agreed on there
update ringfence.agreements set actions = '{ticket.escalate}' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: the receiver's link was refused
update ringfence.ticket_links set state = 'refused', reason = 'not_accepted' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: the receiver's link was refused, and another one was not
update ringfence.ticket_links set state = 'refused', reason = 'not_accepted' where tenant_id = '{globex}';
insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by)
select tenant_id, '{link2}', '{agreement}', ticket_id, requester_id, group_key, '{agent}' from ringfence.tickets where tenant_id = '{globex}' and ticket_id = '{ticket2}';
select pg_temp.carry();

-- try root: the receiver's link is of another agreement
update ringfence.ticket_links set agreement_id = '{agreement2}' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: at the receiver's the agreement is with somebody else
update ringfence.agreements set partner_id = '{absent}' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: the comment's share is taken at the receiver's
insert into ringfence.comment_shares (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, created_by)
select c.tenant_id, '{share}', l.link_id, c.comment_id, c.ticket_id, c.requester_id, c.group_key, '{agent}' from ringfence.comments c join ringfence.ticket_links l using (tenant_id, ticket_id) where c.tenant_id = '{globex}' limit 1;
select pg_temp.carry();

-- try root: the comment was delivered, and the carrier killed
select pg_temp.take();
select pg_temp.deliver();
select pg_temp.due();
select pg_temp.carry();

-- try root: the ticket there was touched later than now
update ringfence.tickets set updated_at = '2098-01-01' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: the ticket there was touched long ago, and one of the sender's has its id
insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id, created_at, updated_at)
select '{acme}', l.ticket_id, 99, 'twin', '{asker}', '2026-03-01', '2026-03-01' from ringfence.ticket_links l where l.tenant_id = '{globex}' and l.link_id = '{link}';
update ringfence.tickets set updated_at = '2026-03-01' where tenant_id = '{globex}';
select pg_temp.carry();

-- dispatcher: the comment goes over
select pg_temp.carry();

-- try agent: what went over is not sent again
select ringfence.post_crossing('{share}');

-- try agent@globex query comment_shares/create.sql: back, the wrong way
'{globex}', '{ticket1}', '{c1p}', '{agreement}', '{share2}'

-- root: from here on it goes both ways
update ringfence.agreements set direction = 'both', updated_at = created_at;

-- try root: the partner's answer on their own ticket comes in as a note
insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
select tenant_id, '{new}', ticket_id, requester_id, group_key, '{owner}', 'public', 'an answer' from ringfence.ticket_links where tenant_id = '{globex}' and link_id = '{link}';
insert into ringfence.comment_shares (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, created_by)
select c.tenant_id, '{share2}', '{link}', c.comment_id, c.ticket_id, c.requester_id, c.group_key, '{owner}' from ringfence.comments c where c.comment_id = '{new}';
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ('{globex}', '{share2}', '{agreement}', 'comment');
select pg_temp.carry();

-- agent query ticket_links/create.sql: an agent of no group escalates another ticket
'{acme}', '{ticket2}', '{agreement}', '{link2}'

-- try root: the second ticket of the same partner
select pg_temp.carry();

-- try agent query agreements/revoke.sql: an agent calls it off
'{acme}', '{agreement}', 3

-- try agent: what is sent calls nothing else off
reset session authorization;
delete from ringfence.crossing_queue;
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind, due_at, claim) values ('{acme}', '{share2}', '{agreement}', 'ticket', 'infinity', '{absent}');
set session authorization ringfence_app;
select ringfence.post_crossing('{link2}');

-- try owner: calling off calls off what goes under this agreement, of this tenant
reset session authorization;
delete from ringfence.crossing_queue;
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind, due_at, claim) values ('{acme}', '{link2}', '{agreement}', 'ticket', 'infinity', '{absent}'),
  ('{acme}', '{share2}', '{agreement2}', 'ticket', 'infinity', '{absent}'), ('{globex}', '{link2}', '{agreement}', 'ticket', 'infinity', '{absent}');
set session authorization ringfence_app;
select ringfence.revoke_agreement('{agreement}', 2);

-- try owner query agreements/revoke.sql: another by the version of this one
'{acme}', '{agreement2}', 2

-- try root: word of it finds the agreement held
update ringfence.crossing_queue set due_at = 'infinity';
insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ('{acme}', '{agreement2}', '{agreement2}', 'agreement');
update ringfence.agreements set partner_id = '{absent}' where tenant_id = '{globex}' and agreement_id = '{agreement2}';
select pg_temp.take();
create temp table before as select agreement_id, xmax::text as locked from ringfence.agreements where tenant_id = '{globex}';
select pg_temp.deliver();
select string_agg(agreement_id || ' ' || (a.xmax::text <> locked), ', ' order by agreement_id) from ringfence.agreements a join before using (agreement_id) where tenant_id = '{globex}';

-- owner query agreements/revoke.sql: an owner calls it off, with a ticket under way
'{acme}', '{agreement}', 2

-- try owner query agreements/revoke.sql: once more
'{acme}', '{agreement}', 3

-- try agent query ticket_links/create.sql: after it was called off
'{acme}', '{ticket3}', '{agreement}', '{share2}'

-- try root: word of it comes from somebody else
update ringfence.agreements set partner_id = '{absent}' where tenant_id = '{globex}';
select pg_temp.carry();

-- try root: word of it, where it was called off before
update ringfence.agreements set partner_revoked_at = '2099-01-01' where tenant_id = '{globex}';
select pg_temp.carry();

-- dispatcher: word of it is carried, or the ticket is turned back
select pg_temp.carry();

-- dispatcher: and the other of the two
select pg_temp.carry();

-- dispatcher: nothing is left
select pg_temp.carry();
