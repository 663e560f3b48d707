-- Entering a tenant: what each role is given, and which tokens are refused.

-- play: each role enters with the permissions of its own, and nobody with more
select pg_temp.held();
-- owner: ,ticket.read,ticket.create,ticket.change,ticket.escalate,agreement.read,comment.read,comment.create,member.read,member.manage,owner.manage,role.manage,token.create,token.manage,break_glass.grant,agreement.manage,group.read,group.manage,organization.read,organization.change,organization.delete,contact.read,contact.change,contact.delete,audit.read,settings.read,settings.change,
-- admin: ,ticket.read,ticket.create,ticket.change,ticket.escalate,agreement.read,comment.read,comment.create,member.read,member.manage,role.manage,token.create,token.manage,group.read,group.manage,organization.read,organization.change,organization.delete,contact.read,contact.change,contact.delete,audit.read,settings.read,settings.change,
-- agent: ,ticket.read,ticket.create,ticket.change,ticket.escalate,agreement.read,comment.read,comment.create,member.read,group.read,organization.read,organization.change,contact.read,contact.change,token.create,
-- grouped_agent: ,ticket.read.group,ticket.create.group,ticket.change.group,ticket.escalate.group,agreement.read,comment.read.group,comment.create.group,member.read,group.read,organization.read,organization.change,contact.read,contact.change,token.create,
-- light_agent: ,ticket.read.group,agreement.read,comment.read.group,comment.note.group,member.read,group.read,organization.read,contact.read,token.create,
-- requester: ,ticket.read.own,ticket.create.own,ticket.resolve.own,comment.read.own,comment.create.own,token.create,
-- auditor: ,ticket.read,agreement.read,comment.read,member.read,group.read,organization.read,contact.read,audit.read,settings.read,token.create,
-- service[]: ,,
-- service[ticket.read]: ,ticket.read,

-- play: the sealed readers say who is in which tenant
select ringfence.current_tenant(), ringfence.identity(), ringfence.member(), ringfence.actor(), ringfence.request(), array_length(ringfence.permissions(), 1), ringfence.may('ticket.read'), ringfence.may('ticket.read.group'),
       ringfence.member_with('ticket.read.own'), coalesce(ringfence.groups_with('ticket.read.group'), '{}'), ringfence.tenant_id(), nullif(ringfence.context(7), ''), nullif(convert_from(decode(ringfence.context(8), 'hex'), 'UTF8'), ''), nullif(convert_from(decode(ringfence.context(9), 'hex'), 'UTF8'), '');
-- owner: acme|i_owner|owner|owner|r_two|26|t|f|null|{}|acme|user|session|bearer
-- grouped_agent: acme|i_grouped_agent|grouped_agent|grouped_agent|r_two|14|f|t|null|{first}|acme|user|session|bearer
-- requester: acme|i_requester|requester|requester|r_two|6|f|f|requester|{}|acme|user|session|bearer
-- outsider@globex: globex|i_outsider|outsider|outsider|r_two|14|t|f|null|{}|globex|user|session|bearer
-- nobody: null|null|null|null|null|null|f|f|null|{}|null|null|null|null
-- analyst: acme|null|null|null|null|null|f|f|null|{}|null|null|null|null
-- owner_role: null|null|null|null|null|null|f|f|null|{}|null|null|null|null

-- play: a permission is a whole name, not a part of one
select ringfence.may('ticket'), ringfence.may('read'), ringfence.may('ticket.rea'), ringfence.may('icket.read'), ringfence.member_with('ticket.change');
-- auditor: f|f|f|f|null
-- requester: f|f|f|f|null

-- play: enter answers member, permissions and groups
-- before:
select set_config('play.token', t.token || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(t.token))), 'hex'), true)
  from ringfence.keys k, lateral (select concat_ws('|', '<tenant>', 'i:<identity>', '', '{r_one}', extract(epoch from clock_timestamp())::bigint + <life>, 'nonce', <kid>)) t (token) where k.purpose = '<purpose>';
<also>;
-- sql:
select set_config('app.tenant_id', '<means>', true), split_part(ringfence.enter(<token>), chr(10), 1) as beside;
select concat_ws('|', ringfence.member(), ringfence.actor(), ringfence.identity(), pg_temp.held(), pg_temp.grouped(), '', '', ringfence.context(7)) as entered;
-- show: entered
-- let: tenant={acme} means={acme} identity={i_light_agent} life=60 kid=k.kid purpose=token token=current_setting('play.token') also=select
-- nobody: light_agent|light_agent|i_light_agent|,ticket.read.group,agreement.read,comment.read.group,comment.note.group,member.read,group.read,organization.read,contact.read,token.create,|{first};{first};{first};{first}|||user
-- nobody identity={i_grouped_agent}: grouped_agent|grouped_agent|i_grouped_agent|,ticket.read.group,ticket.create.group,ticket.change.group,ticket.escalate.group,agreement.read,comment.read.group,comment.create.group,member.read,group.read,organization.read,organization.change,contact.read,contact.change,token.create,|{first};{first};{first};{first}|||user
-- nobody identity={i_service}: service|service|i_service|,,|{};{};{};{}|||service
-- nobody identity={i_outsider}: !RF003
-- nobody identity={absent}: !RF003
-- nobody tenant={absent} means={absent}: !RF003
-- nobody tenant={globex} means={globex} identity={i_outsider}: outsider|outsider|i_outsider|,ticket.read,ticket.create,ticket.change,ticket.escalate,agreement.read,comment.read,comment.create,member.read,group.read,organization.read,organization.change,contact.read,contact.change,token.create,|{};{};{};{}|||user
-- nobody means={globex}: !RF002
-- nobody means=: !RF002
-- nobody tenant={globex} identity={i_owner}: !RF002
-- nobody life=-1: !RF002
-- nobody kid=99: !RF002
-- nobody purpose=seal: !RF002
-- nobody purpose=seal also=update/**/ringfence.keys/**/set/**/kid=77/**/where/**/purpose='token': !RF002
-- nobody token='': !RF002
-- nobody token=null: !RF002
-- nobody token='a|b|c': !RF002
-- nobody token=current_setting('play.token')||'|x': !RF002
-- nobody token=current_setting('play.token')||'x': !RF002
-- nobody token=left(current_setting('play.token'),-1): !RF002
-- nobody token=left(current_setting('play.token'),-1)||'g': !RF002
-- nobody token=replace(current_setting('play.token'),'nonce','other'): !RF002
-- nobody token=replace(current_setting('play.token'),'{i_light_agent}','{i_owner}'): !RF002
-- nobody token=replace(current_setting('play.token'),'{r_one}','{r_two}'): !RF002

-- play: a token of a key that was retired is refused, and a key that was retired opens nothing
-- before:
update ringfence.keys set retired_at = now() where purpose = '<purpose>';
-- sql:
select count(*) from ringfence.tickets;
-- let: purpose=token
-- agent: !RF002
-- agent purpose=seal: 4

-- play: a retired key beside the live one changes nothing
-- before:
insert into ringfence.keys (purpose, kid, inner_pad, outer_pad, retired_at) select k.purpose, 77, k.outer_pad, k.inner_pad, now() from ringfence.keys k;
-- sql:
select count(*) from ringfence.tickets;
-- agent: 4

-- play: a retired key is dead even with its own kid
-- before:
insert into ringfence.keys (purpose, kid, inner_pad, outer_pad, retired_at) select k.purpose, 77, k.outer_pad, k.inner_pad, now() from ringfence.keys k where k.purpose = 'token';
select set_config('play.token', t.token || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(t.token))), 'hex'), true)
  from ringfence.keys k, lateral (select concat_ws('|', '{acme}', 'i:{i_agent}', '', '{r_one}', extract(epoch from clock_timestamp())::bigint + 60, 'nonce', k.kid)) t (token) where k.kid = 77;
-- sql:
select set_config('app.tenant_id', '{acme}', true), ringfence.enter(current_setting('play.token'));
-- nobody: !RF002

-- play: a suspended tenant cannot be entered
-- before:
update ringfence.tenants set status = 'suspended', suspended_at = now() where tenant_id = '<tenant>';
-- sql:
select count(*) from ringfence.tickets;
-- let: tenant={acme}
-- owner agent requester: !RF003
-- owner agent tenant={globex}: 4

-- play: who was removed cannot enter, whatever the token says
-- before:
delete from ringfence.memberships where tenant_id = '<tenant>' and identity_id = '{i_agent}';
update ringfence.tickets set assignee_id = null;
delete from ringfence.members where tenant_id = '<tenant>' and identity_id = '{i_agent}';
-- sql:
select count(*) from ringfence.tickets;
-- let: tenant={acme}
-- agent: !RF003
-- owner: 4
-- agent tenant={globex}: 4

-- play: only those who work in groups are given groups
-- before:
insert into ringfence.group_members (tenant_id, member_id, group_id) values ('{acme}', '{requester}', '{first}'), ('{acme}', '{owner}', '{first}'), ('{globex}', '{agent}', '{first}');
-- sql:
select pg_temp.grouped();
-- requester owner agent: {};{};{};{}
-- light_agent: {first};{first};{first};{first}

-- play: groups are told one by one
-- before:
insert into ringfence.group_members (tenant_id, member_id, group_id) values ('{acme}', '{grouped_agent}', '{second}');
-- sql:
select array(select g from unnest(ringfence.groups_with('ticket.read.group')) g order by g);
-- grouped_agent: {first,second}
-- light_agent: {first}

-- play: entering twice leaves the second tenant
select set_config('app.tenant_id', '{globex}', true), ringfence.enter('x');
-- agent: !RF002

-- play: whoever has no member row in the context is nobody
select ringfence.seal('{acme}');
select ringfence.member() is null, ringfence.identity() is null, ringfence.current_tenant();
-- owner_role: t|t|acme

-- play: entering writes nothing
select ringfence.current_tenant();
-- effects
-- agent requester: acme / unchanged

-- play: an identity is found where it is known and made where it is not
select i.id is not null, i.id = ringfence.identity_of('<issuer>', '<subject>'), i.id in ('{i_owner}', '{i_agent}') from ringfence.identity_of('<issuer>', '<subject>') i (id);
-- after:
select issuer, subject from ringfence.identities where identity_id::text !~ '^00000000';
-- let: issuer=https://issuer.example subject=owner
-- owner_role: t|t|t / nothing
-- owner_role subject=nobody_knew: t|t|f / https://issuer.example|nobody_knew
-- owner_role issuer=https://other.example: t|t|f / https://other.example|owner
-- owner_role issuer= subject=x: !23514 identities_issuer_is_short
-- owner_role subject=: !23514 identities_subject_is_short

-- play: when an identity was made its id does not tell
select substr(id::text, 15, 1) from ringfence.identity_of('https://issuer.example', 'nobody_knew') id;
-- owner_role: 4

-- play: who makes members finds out whom of, and nobody else
select ringfence.identity_to_add('https://issuer.example', '<subject>') = '{i_agent}';
-- let: subject=agent
-- owner admin service[member.manage]: t
-- owner subject=admin: f
-- agent requester service[member.read] nobody: null

-- play: a transaction that only reads names nobody, whether they are known or not
select ringfence.identity_to_add('https://issuer.example', '<subject>') is null;
-- forging:
set local transaction_read_only = on;
-- let: subject=agent
-- owner: !25006
-- owner subject=stranger: !25006
-- requester: t

-- play: a slug leads to its tenant
select ringfence.resolve_tenant('<slug>');
-- let: slug=acme
-- nobody: acme
-- nobody slug=globex: globex
-- nobody slug=ACME: null
-- nobody slug=nonesuch: null

-- play: a token that names no tenant lists the tenants of its identity
-- before:
select set_config('play.token', t.token || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(t.token))), 'hex'), true)
  from ringfence.keys k, lateral (select concat_ws('|', '<tenant>', 'i:<identity>', '', '{r_one}', extract(epoch from clock_timestamp())::bigint + <life>, 'nonce', <kid>)) t (token) where k.purpose = '<purpose>';
<also>;
-- sql:
select string_agg(t::text, ' ' order by t::text) from ringfence.my_tenants(<token>) t;
-- let: tenant={none} identity={i_agent} life=60 kid=k.kid purpose=token token=current_setting('play.token') also=select
-- nobody: acme globex
-- nobody identity={i_outsider}: globex
-- nobody identity={absent}: !RF004
-- nobody tenant={acme}: !RF002
-- nobody life=-1: !RF002
-- nobody kid=99: !RF002
-- nobody purpose=seal: !RF002
-- nobody token='': !RF002
-- nobody token=null: !RF002
-- nobody token=replace(current_setting('play.token'),'{i_agent}','{i_owner}'): !RF002
-- nobody token=current_setting('play.token')||'|x': !RF002
-- nobody token=replace(current_setting('play.token'),'|nonce|','|'): !RF002

-- play: a retired token key lists nothing
-- before:
insert into ringfence.keys (purpose, kid, inner_pad, outer_pad, retired_at) select k.purpose, 77, k.outer_pad, k.inner_pad, now() from ringfence.keys k where k.purpose = 'token';
select set_config('play.token', t.token || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(t.token))), 'hex'), true)
  from ringfence.keys k, lateral (select concat_ws('|', '{none}', 'i:{i_agent}', '', '{r_one}', extract(epoch from clock_timestamp())::bigint + 60, 'nonce', k.kid)) t (token) where k.kid = 77;
-- sql:
select count(*) from ringfence.my_tenants(current_setting('play.token'));
-- nobody: !RF002

-- play: a list of tenants has an end
-- before:
set local session_replication_role = replica;
insert into ringfence.memberships (identity_id, tenant_id) select '{i_agent}', gen_random_uuid() from generate_series(1, 600);
set local session_replication_role = origin;
select set_config('play.token', t.token || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(t.token))), 'hex'), true)
  from ringfence.keys k, lateral (select concat_ws('|', '{none}', 'i:{i_agent}', '', '{r_one}', extract(epoch from clock_timestamp())::bigint + 60, 'nonce', k.kid)) t (token) where k.purpose = 'token';
-- sql:
select count(*) from ringfence.my_tenants(current_setting('play.token'));
-- nobody: 500

-- play: an analyst of a suspended tenant reads nothing
-- but: walls
-- before:
update ringfence.tenants set status = 'suspended', suspended_at = now() where tenant_id = '<tenant>';
-- sql:
select count(*) from ringfence.tickets;
-- let: tenant={acme}
-- analyst: 0
-- analyst tenant={globex}: 4

-- play: roles are given by whoever holds the rights of the widest one below owner
select ringfence.gives_roles();
-- owner admin: t
-- agent auditor requester service[] service[member.manage] nobody: f or null

-- play: a role that is not known holds nothing
select ringfence.permissions_of('stranger', <grouped>);
-- let: grouped=true
-- nobody: ,
-- nobody grouped=false: ,

-- play: an analyst who was given the service's rights reserves no number
-- before:
do $$ begin execute (select string_agg(format('grant ringfence_app to %I', login), '; ') from ringfence.reporting_logins); end $$;
-- sql:
select ringfence.reserve_ticket_numbers(1);
-- analyst: !RF003
