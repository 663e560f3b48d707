-- Who enters by what: sessions, API tokens, those who act for others, roles of a tenant's own, and roles for hours.

-- play: a session opens what its identity may enter, while it lives
-- before:
update ringfence.sessions set <set>;
-- sql:
select ringfence.current_tenant(), ringfence.member(), ringfence.actor(), ringfence.identity(), coalesce((select case when grouped and r = 'agent' then 'grouped ' else '' end || r from unnest(array['owner', 'admin', 'agent', 'light_agent', 'requester', 'auditor']) r, unnest(array[false, true]) grouped where pg_temp.held() in (ringfence.permissions_of(r, grouped), regexp_replace(ringfence.permissions_of(r, grouped), '\m(member\.manage|role\.manage|token\.manage|token\.create|settings\.change),', '', 'g') || 'break_glass.held,') limit 1), pg_temp.held()), convert_from(decode(ringfence.context(8), 'hex'), 'UTF8'), ringfence.context(7);
-- let: set=ended_at=null
-- via[s:session]: acme|agent|agent|i_agent|agent|session|user
-- via[s:session]@globex: globex|agent|agent|i_agent|agent|session|user
-- via[s:session] set=identity_id='{i_requester}': acme|requester|requester|i_requester|requester|session|user
-- via[s:session] set=identity_id='{i_outsider}': !RF003
-- via[s:session] via[s:session]@globex set=ended_at=now(): !RF004
-- via[s:session] set=idle_expires_at=clock_timestamp(): !RF004
-- via[s:session] set=expires_at=clock_timestamp(): !RF004
-- via[s:session] set=idle_expires_at=clock_timestamp()+'1h': acme|agent|agent|i_agent|agent|session|user
-- via[s:other] via[t:session] via[x:session] via[s:token_auditor]: !RF004
-- via[s:session] set=session_hash=sha256('other'): !RF004

-- play: an API token opens its tenant while it lives, with its owner's rights within its scopes
-- before:
update ringfence.members set permissions = '<rights>' where role = 'service';
update ringfence.api_tokens set <set> where tenant_id = '<where>';
-- sql:
select ringfence.current_tenant(), ringfence.member(), ringfence.actor(), ringfence.identity(), pg_temp.held(), pg_temp.grouped(), convert_from(decode(ringfence.context(8), 'hex'), 'UTF8'), ringfence.context(7);
-- let: set=revoked_at=null where={acme} rights={}
-- via[t:token_auditor]: acme|auditor|auditor|i_auditor|,comment.read.group,ticket.read,|{};{};{};{}|token_auditor|user
-- via[t:token_auditor]@globex: globex|auditor|auditor|i_auditor|,comment.read.group,ticket.read,|{};{};{};{}|token_auditor|user
-- via[t:token_service]: acme|service|service|i_service|,|{};{};{};{}|token_service|service
-- via[t:token_service] rights={ticket.read,ticket.change,act_as}: acme|service|service|i_service|,act_as,ticket.read,|{};{};{};{}|token_service|service
-- via[t:token_service] rights={contact.read.own,ticket.read.group}: acme|service|service|i_service|,contact.read.own,ticket.read.group,|{};{};{};{}|token_service|service
-- via[t:token_auditor] set=scopes='{}': acme|auditor|auditor|i_auditor|,|{};{};{};{}|token_auditor|user
-- via[t:token_auditor] set=scopes='{ticket.change,ticket.rea}': acme|auditor|auditor|i_auditor|,|{};{};{};{}|token_auditor|user
-- via[t:token_auditor] set=revoked_at=now(): !RF004
-- via[t:token_auditor] set=revoked_at='2999-01-01': !RF004
-- via[t:token_auditor] set=expires_at=clock_timestamp(): !RF004
-- via[t:token_auditor] set=expires_at=clock_timestamp()+'1h',scopes='{ticket.read}': acme|auditor|auditor|i_auditor|,ticket.read,|{};{};{};{}|token_auditor|user
-- via[t:token_auditor] set=revoked_at=now() where={globex}: acme|auditor|auditor|i_auditor|,comment.read.group,ticket.read,|{};{};{};{}|token_auditor|user
-- via[t:token_auditor]@globex set=revoked_at=now() where={globex}: !RF004
-- via[t:other] via[s:token_auditor] via[x:token_auditor]: !RF004

-- play: the entry says what an API token holds, and until when
-- before:
select set_config('play.expires_at', a.expires_at::text, true) from ringfence.api_tokens a where a.tenant_id = '{acme}' and a.member_id = '{auditor}';
-- sql:
select split_part(e, '|', 3), split_part(e, '|', 4)::timestamptz = current_setting('play.expires_at')::timestamptz, right(split_part(e, '|', 4), 1), split_part(e, '|', 5)
  from split_part(current_setting('play.entered', true), chr(10), 1) e;
-- via[t:token_auditor]: ,ticket.read,comment.read.group,|t|Z|

-- play: the entry says beside the context which credential was shown, and nothing of a bearer
select regexp_replace(split_part(current_setting('play.entered', true), chr(10), 1), '[0-9-]+T[0-9:.]+Z$', 'then');
-- via[s:session]: session|||
-- via[t:token_auditor]: token_auditor||,ticket.read,comment.read.group,|then
-- via[i:agent] agent: null or 
-- via[i:grouped_agent,a:light_agent]: |||

-- play: who is a service the membership says, whatever is shown; where one acts for another it is the one who acts
-- before:
update ringfence.members set permissions = '{act_as,ticket.read}' where role = 'service';
-- sql:
select ringfence.context(7);
-- via[i:service,m:agent] via[i:service] via[i:agent,a:service] via[t:token_service,m:agent] via[t:token_service]: service
-- agent via[s:session] via[t:token_auditor] via[i:agent,a:auditor] via[i:service,a:agent]: user

-- play: a token that only another tenant knows is none here
-- before:
update ringfence.api_tokens set token_hash = sha256('theirs') where tenant_id = '{globex}' and member_id = '{auditor}';
-- sql:
select ringfence.current_tenant();
-- via[t:theirs]: !RF004
-- via[t:theirs]@globex: globex
-- via[t:token_auditor]: acme

-- play: neither session nor token opens a suspended tenant
-- before:
update ringfence.tenants set status = 'suspended', suspended_at = now() where tenant_id = '<tenant>';
-- sql:
select ringfence.current_tenant();
-- let: tenant={acme}
-- via[s:session] via[t:token_auditor] via[i:agent,a:auditor]: !RF003
-- via[s:session] via[t:token_auditor] via[i:agent,a:auditor] tenant={globex}: acme

-- play: the rights of who acts for another are those that both have
-- before:
update ringfence.members set permissions = '<rights>' where role = 'service';
<also>;
-- sql:
select ringfence.current_tenant(), ringfence.member(), ringfence.actor(), ringfence.identity(), (select string_agg(p, ' ') from unnest(ringfence.permissions()) p where p ~ '^(ticket[.](read|create|change)|comment|contact|token|act_as|owner|nobody)'), pg_temp.grouped();
-- let: rights={} also=select
-- via[i:agent,a:auditor]: acme|agent|auditor|i_auditor|comment.read contact.read ticket.read token.create|{};{};{};{}
-- via[i:auditor,a:agent]: acme|auditor|agent|i_agent|comment.read contact.read ticket.read token.create|{};{};{};{}
-- via[i:auditor,a:agent]@globex: globex|auditor|agent|i_agent|comment.read contact.read ticket.read token.create|{};{};{};{}
-- via[i:requester,a:agent]: acme|requester|agent|i_agent|comment.create.own comment.read.own ticket.create.own ticket.read.own token.create|{};{};{};{}
-- via[i:agent,a:requester]: acme|agent|requester|i_requester|token.create|{};{};{};{}
-- via[i:agent,a:grouped_agent]: acme|agent|grouped_agent|i_grouped_agent|comment.create.group comment.read.group contact.change contact.read ticket.change.group ticket.create.group ticket.read.group token.create|{first};{first};{first};{first}
-- via[i:grouped_agent,a:agent]: acme|grouped_agent|agent|i_agent|comment.create.group comment.read.group contact.change contact.read ticket.change.group ticket.create.group ticket.read.group token.create|{first};{first};{first};{first}
-- via[i:grouped_agent,a:light_agent]: acme|grouped_agent|light_agent|i_light_agent|comment.read.group contact.read ticket.read.group token.create|{first};{first};{first};{first}
-- via[i:grouped_agent,a:light_agent] also=update/**/ringfence.group_members/**/set/**/group_id='{second}'/**/where/**/member_id='{light_agent}': acme|grouped_agent|light_agent|i_light_agent|comment.read.group contact.read ticket.read.group token.create|{};{};{};{}
-- via[i:grouped_agent,a:light_agent] also=update/**/ringfence.group_members/**/set/**/access='{overview,create}'/**/where/**/member_id='{light_agent}': acme|grouped_agent|light_agent|i_light_agent|comment.read.group contact.read ticket.read.group token.create|{};{first};{};{first}
-- via[i:grouped_agent,a:light_agent] also=update/**/ringfence.group_members/**/set/**/access='{read}'/**/where/**/member_id='{light_agent}': acme|grouped_agent|light_agent|i_light_agent|comment.read.group contact.read ticket.read.group token.create|{first};{};{};{first}
-- via[i:light_agent,a:grouped_agent] also=update/**/ringfence.group_members/**/set/**/access='{overview,create}'/**/where/**/member_id='{light_agent}': acme|light_agent|grouped_agent|i_grouped_agent|comment.read.group contact.read ticket.read.group token.create|{};{first};{};{first}
-- via[i:agent,a:agent]: !RF008
-- via[i:agent,a:outsider] via[i:outsider,a:agent] via[i:agent,a:absent] via[i:agent,a:new]: !RF003 or !22P02
-- via[s:session,a:owner] via[t:token_auditor,a:owner] via[i:agent,x:owner] via[i:agent,owner] via[s:session,x:owner]: !RF002
-- via[i:service,m:agent] rights={act_as,ticket.read,audit.read}: acme|agent|service|i_service|ticket.read|{};{};{};{}
-- via[i:service,m:agent]@globex rights={act_as,ticket.read,audit.read}: globex|agent|service|i_service|ticket.read|{};{};{};{}
-- via[i:service,m:requester] rights={act_as,ticket.read,comment.read.own}: acme|requester|service|i_service|ticket.read.own|{};{};{};{}
-- via[i:service,m:grouped_agent] rights={act_as,ticket.read}: acme|grouped_agent|service|i_service|ticket.read.group|{first};{first};{first};{first}
-- via[i:service,m:grouped_agent] rights={act_as,ticket.read.group}: acme|grouped_agent|service|i_service|ticket.read.group|{};{};{};{}
-- via[i:service,m:owner] rights={act_as,owner.manage,nobodys.right}: acme|owner|service|i_service|owner.manage|{};{};{};{}
-- via[i:service,m:agent] rights={ticket.read}: !RF007
-- via[i:service,m:agent] rights={exact_as,act_as.own,act_as_x}: !RF007
-- via[i:owner,m:agent] via[i:agent,m:owner] via[s:session,m:owner]: !RF007
-- via[i:outsider,m:agent]: !RF003
-- via[i:service,m:service] rights={act_as,ticket.read}: !RF007
-- via[i:service,m:absent] via[i:service,m:asker] via[i:service,m:outsider] rights={act_as,ticket.read}: !RF008
-- via[t:token_service,m:agent] rights={act_as,ticket.read,contact.read,contact.change}: acme|agent|service|i_service|contact.read ticket.read|{};{};{};{}
-- via[t:token_service,m:agent] rights={act_as,ticket.read} also=update/**/ringfence.api_tokens/**/set/**/scopes='{ticket.read}': !RF007
-- via[t:token_service,m:agent] rights={ticket.read}: !RF007
-- via[t:token_service,m:agent] rights={act_as,ticket.read} also=update/**/ringfence.api_tokens/**/set/**/revoked_at=now(): !RF004

-- play: what both have, in each form
select ringfence.narrowed('<held>', '<allowed>');
-- let: held=,a.x,b.y, allowed=,a.x,b.y,
-- root: ,a.x,b.y,
-- root held=,b.y,a.x,: ,a.x,b.y,
-- root held=,a.x,: ,a.x,
-- root allowed=,b.y,: ,b.y,
-- root allowed=,: ,
-- root held=,: ,
-- root held=,, allowed=,,: ,
-- root held=,, allowed=,.group,: ,.group,
-- root allowed=,a.xx,xa.x,b.,.y,: ,
-- root held=,a.xx,xb.y,: ,
-- root allowed=,a.x.group,b.y.own,: ,a.x.group,b.y.own,
-- root held=,a.x.group,b.y.own,: ,a.x.group,b.y.own,
-- root held=,a.x.group,b.y.own, allowed=,a.x.own,b.y.group,: ,
-- root held=,a.x.own, allowed=,a.x.group,: ,
-- root held=,a.x,a.x.group, allowed=,a.x,a.x.group,: ,a.x,a.x.group,
-- root held=,a.group.x, allowed=,a.x,: ,
-- root held=,ticket.change, allowed=,ticket.resolve.own,: ,ticket.resolve.own,
-- root held=,ticket.resolve.own, allowed=,ticket.change,: ,ticket.resolve.own,
-- root held=,ticket.change.group, allowed=,ticket.resolve.own,: ,
-- root held=,comment.create, allowed=,comment.note.group,: ,comment.note.group,
-- root held=,comment.note.group, allowed=,comment.create,: ,comment.note.group,
-- root held=,comment.note.group, allowed=,comment.create.group,comment.note,: ,
-- root held=,a.group.x, allowed=,a.group,: ,
-- root held=,axgroup, allowed=,a,: ,
-- root held=,a, allowed=,axgroup,: ,
-- root held=,a.x.group, allowed=,a.x.group.group,: ,a.x.group.group,

-- play: the groups that both have, list by list
select ringfence.common_groups('<held>', '<groups>', '<other>', '<others>');
-- let: held=,t.group, other=,t.group, groups={{first},{second}};{{first}};{};{{first}} others={{second},{vacant}};{{first}};{{first}};{}
-- root: {second};{first};{};{}
-- root other=,t,: {first,second};{first};{};{first}
-- root held=,t,: {second,vacant};{first};{first};{}
-- root held=,t, other=,t,: {first,second};{first};{};{first}
-- root held=,t.group.x, other=,t.group,x,: {second,vacant};{first};{first};{}
-- root held=,t.group,x, other=,x,t.group,: {second};{first};{};{}
-- root held=,t.groups, other=,t.groups,: {first,second};{first};{};{first}

-- play: a role of the tenant's own making gives what it says, in the groups of its member
-- before:
update ringfence.tenant_roles set permissions = '{audit.read}' where tenant_id = '{globex}';
update ringfence.members set role = 'custom', role_id = '<role>' where member_id in ('{light_agent}', '{agent}', '{owner}');
-- sql:
select coalesce((select case when grouped and r = 'agent' then 'grouped ' else '' end || r from unnest(array['owner', 'admin', 'agent', 'light_agent', 'requester', 'auditor']) r, unnest(array[false, true]) grouped where ringfence.permissions_of(r, grouped) = pg_temp.held() limit 1), pg_temp.held()), pg_temp.grouped(), (select string_agg(number::text, ' ' order by number) from ringfence.tickets);
-- let: role={narrow_role}
-- light_agent: ,ticket.read.group,comment.read.group,contact.read,|{first};{first};{first};{first}|1 4
-- agent owner: ,ticket.read.group,comment.read.group,contact.read,|{};{};{};{}|null
-- agent role={wide_role}: ,settings.change,audit.read,|{};{};{};{}|null
-- agent@globex: ,audit.read,|{};{};{};{}|null
-- grouped_agent: grouped agent|{first};{first};{first};{first}|1 4

-- play: a role for hours stands in while its grant lives
-- before:
update ringfence.members set elevated_until = <until> where member_id = '<who>';
update ringfence.members set role = 'guest' where member_id = '{agent}' and <guest>;
insert into ringfence.group_members (tenant_id, member_id, group_id) select '{acme}', '<who>', '{first}' where <grouped>;
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, created_at, expires_at, revoked_at)
values ('<tenant>', '{new}', '<who>', '<role>', 'a reason that was told', '{owner}', now() - interval '5 hours', now() + <hours> * interval '1 hour', <revoked>);
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, created_at, expires_at)
select '{acme}', '{new2}', '<who>', 'agent', 'a reason that was told', '{owner}', now() - <earlier>, now() + interval '1 hour' where <second>;
-- sql:
select coalesce((select case when grouped and r = 'agent' then 'grouped ' else '' end || r from unnest(array['owner', 'admin', 'agent', 'light_agent', 'requester', 'auditor']) r, unnest(array[false, true]) grouped where pg_temp.held() in (ringfence.permissions_of(r, grouped), regexp_replace(ringfence.permissions_of(r, grouped), '\m(member\.manage|role\.manage|token\.manage|token\.create|settings\.change),', '', 'g') || 'break_glass.held,') limit 1), pg_temp.held()), pg_temp.grouped(), split_part(split_part(current_setting('play.entered', true), chr(10), 1), '|', 2);
-- let: grouped=false until=now()+'1h' who={requester} guest=false tenant={acme} role=auditor hours=1 revoked=null second=false earlier=interval/**/'6h'
-- requester: auditor|{};{};{};{}|new
-- requester role=light_agent: light_agent|{};{};{};{}|new
-- grouped_agent who={grouped_agent} role=light_agent: light_agent|{first};{first};{first};{first}|new
-- grouped_agent who={grouped_agent}: auditor|{};{};{};{}|new
-- requester role=agent grouped=true: grouped agent|{first};{first};{first};{first}|new
-- requester grouped=true: auditor|{};{};{};{}|new
-- requester grouped=true until=null: requester|{};{};{};{}|
-- owner who={owner}: owner|{};{};{};{}|
-- service[ticket.read] who={service}: ,ticket.read,|{};{};{};{}|
-- requester until=null: requester|{};{};{};{}|
-- requester until=clock_timestamp(): requester|{};{};{};{}|
-- requester hours=-1: requester|{};{};{};{}|
-- requester revoked=now(): requester|{};{};{};{}|
-- requester tenant={globex}: requester|{};{};{};{}|
-- requester who={auditor}: requester|{};{};{};{}|
-- requester second=true: auditor|{};{};{};{}|new
-- requester second=true earlier=interval/**/'1h': agent|{};{};{};{}|new2
-- agent who={agent} guest=true: auditor|{};{};{};{}|new
-- agent who={agent} guest=true revoked=now(): !RF003
-- agent who={agent} guest=true until=null: !RF003
-- agent who={agent} guest=true hours=-1: !RF003
-- via[s:session] who={agent} guest=true: auditor|{};{};{};{}|new
-- via[s:session] who={agent} guest=true revoked=now(): !RF003
-- via[t:token_auditor] who={auditor} role=light_agent: ,comment.read.group,ticket.read.group,break_glass.held,|{};{};{};{}|new

-- play: the entry names the grant that stands behind it, the subject's before the actor's
-- before:
update ringfence.members set elevated_until = now() + interval '1 hour' where member_id in (<elevated>);
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at)
values ('{acme}', '{new}', '{requester}', 'auditor', 'a reason that was told', '{owner}', now() + interval '1 hour'),
       ('{acme}', '{new2}', '{light_agent}', 'auditor', 'a reason that was told', '{owner}', now() + interval '1 hour');
update ringfence.break_glass_grants set revoked_at = now() where grant_id = '{new2}' and <revoked>;
select set_config('play.token', t.token || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(t.token))), 'hex'), true)
  from ringfence.keys k, lateral (select concat_ws('|', '{acme}', 'i:<who>', '<acting>', '{r_one}', extract(epoch from clock_timestamp())::bigint + 60, 'nonce', k.kid)) t (token) where k.purpose = 'token';
-- sql:
select set_config('app.tenant_id', '{acme}', true), split_part(split_part(ringfence.enter(current_setting('play.token')), chr(10), 1), '|', 2) as grant_id;
-- show: grant_id
-- let: elevated='{requester}','{light_agent}' who={i_requester} acting= revoked=false
-- nobody: new
-- nobody who={i_light_agent}: new2
-- nobody acting=a:{i_light_agent}: new
-- nobody who={i_light_agent} acting=a:{i_requester}: new2
-- nobody acting=a:{i_agent}: new
-- nobody who={i_agent} acting=a:{i_requester}: new
-- nobody acting=a:{i_light_agent} revoked=true: new
-- nobody who={i_light_agent} acting=a:{i_requester} revoked=true: new
-- nobody acting=a:{i_light_agent} elevated='{requester}': new
-- nobody who={i_agent}: 

-- play: a tenant that requires issuers lets nobody else's people in
-- before:
update ringfence.tenants set required_issuers = '<issuers>' where tenant_id = '<tenant>';
update ringfence.members set permissions = '{act_as,ticket.read}' where role = 'service';
update ringfence.identities set issuer = 'https://other.example' where subject in ('agent', 'service');
update ringfence.members set role = 'guest' where member_id = '{agent}' and <guest>;
update ringfence.members set elevated_until = now() + interval '1 hour' where <elevated> and <whom>;
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at)
select '{acme}', '{new}', '<who>', 'auditor', 'a reason that was told', '{owner}', now() + interval '1 hour' where <elevated>;
-- sql:
select ringfence.current_tenant(), ringfence.may('audit.read');
-- let: whom=true issuers={https://issuer.example} tenant={acme} guest=false elevated=false who={agent}
-- owner: acme|t
-- requester: acme|f
-- agent: !RF003
-- agent tenant={globex}: acme|f
-- service: acme|f
-- agent issuers={https://other.example}: acme|f
-- owner issuers={https://other.example}: !RF003
-- owner agent issuers={https://issuer.example,https://other.example}: acme|f or acme|t
-- via[s:session]: !RF003
-- via[i:service,m:requester]: acme|f
-- via[i:service,m:agent]: !RF008
-- via[i:auditor,a:agent] via[i:agent,a:auditor]: !RF003
-- via[i:auditor,a:owner]: acme|t
-- agent guest=true elevated=true: acme|t
-- agent elevated=true: acme|t
-- agent guest=true: !RF003
-- agent elevated=true who={requester}: !RF003
-- via[i:auditor,a:agent] elevated=true who={auditor}: !RF003
-- via[i:auditor,a:agent] elevated=true who={agent}: acme|t
-- via[i:requester,a:agent] elevated=true who={requester}: !RF003
-- via[i:requester,a:agent] elevated=true who={requester} whom=member_id='{requester}': !RF003

-- play: whom a token that names no tenant stands for
-- before:
update ringfence.sessions set <session>;
select set_config('play.token', t.token || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(t.token))), 'hex'), true)
  from ringfence.keys k, lateral (select concat_ws('|', '<tenant>', <credential>, '<acting>', '{r_one}', extract(epoch from clock_timestamp())::bigint + <life>, 'nonce', k.kid)) t (token) where k.purpose = 'token';
-- sql:
select i.identity_id, i.issuer, i.subject, (select string_agg(t::text, ' ' order by t::text) from ringfence.my_tenants(current_setting('play.token')) t) from ringfence.my_identity(current_setting('play.token')) i;
-- let: tenant={none} credential='i:{i_owner}' session=ended_at=null acting= life=60
-- nobody: i_owner|https://issuer.example|owner|acme globex
-- nobody credential='s:'||encode(sha256('session'),'hex'): i_agent|https://issuer.example|agent|acme globex
-- nobody credential='s:'||encode(sha256('session'),'hex') session=ended_at=now(): !RF004
-- nobody credential='s:'||encode(sha256('session'),'hex') session=expires_at=clock_timestamp(): !RF004
-- nobody credential='s:'||encode(sha256('other'),'hex'): !RF004
-- nobody credential='t:'||encode(sha256('token_auditor'),'hex'): !RF004
-- nobody credential='x:{i_owner}': !RF004
-- nobody tenant={acme}: !RF002
-- nobody life=-1: !RF002
-- nobody acting=a:{i_agent}: i_owner|https://issuer.example|owner|acme globex

-- play: when an API token was last used is written by a service token of its own tenant, once a minute
-- before:
update ringfence.api_tokens set last_used_at = <last>;
select set_config('play.token', t.token || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(t.token))), 'hex'), true)
  from ringfence.keys k, lateral (select concat_ws('|', '<tenant>', <credential>, '', '{r_one}', extract(epoch from clock_timestamp())::bigint + <life>, 'nonce', k.kid)) t (token) where k.purpose = '<purpose>';
-- sql:
select ringfence.token_used(<token>);
-- after:
select string_agg(left(tenant_id::text, 1) || name, ' ' order by tenant_id, name) from ringfence.api_tokens where last_used_at = transaction_timestamp();
-- let: tenant={acme} credential='t:'||encode(sha256('token_auditor'),'hex') last=null life=60 purpose=token token=current_setting('play.token')
-- nobody owner: / atoken_auditor
-- nobody last=now()-interval/**/'2min': / atoken_auditor
-- nobody last=now()-interval/**/'59s': / null
-- nobody tenant={globex}: / btoken_auditor
-- nobody tenant={absent}: / null
-- nobody credential='t:'||encode(sha256('other'),'hex'): / null
-- nobody credential='i:{i_auditor}': !RF002
-- nobody credential='s:'||encode(sha256('session'),'hex'): !RF002
-- nobody life=-1: !RF002
-- nobody purpose=seal: !RF002
-- nobody token='': !RF002
-- nobody token=null: !RF002
-- nobody token=replace(current_setting('play.token'),'{acme}','{globex}'): !RF002

-- play: being somebody is not lent to whoever acts for them
select ringfence.oneself(), (select count(*) from ringfence.contacts where contact_id = ringfence.member()), (select count(*) from (select member_id from ringfence.members) m where member_id = ringfence.member());
-- requester: requester|1|1
-- agent via[s:session]: agent|1|1
-- via[i:requester,a:requester]: !RF008
-- via[i:requester,a:agent]: null|0|0
-- via[i:agent,a:auditor]: null|1|1
-- nobody owner_role: null|0|0

-- play: a token for one thing is none for the other
-- before:
select set_config('play.token', t.token || '|' || encode(sha256(k.outer_pad || sha256(k.inner_pad || textsend(t.token))), 'hex'), true)
  from ringfence.keys k, lateral (select concat_ws('|', '<tenant>', 'i:{i_agent}', '', '{r_one}', extract(epoch from clock_timestamp())::bigint + 60, 'nonce', k.kid)) t (token) where k.purpose = 'token';
-- sql:
select set_config('app.tenant_id', '<tenant>', true), <function>(current_setting('play.token'));
-- let: tenant={acme} function=ringfence.my_identity
-- nobody: !RF002
-- nobody function=ringfence.my_tenants: !RF002
-- nobody function=ringfence.enter tenant={none}: !RF003
-- nobody function=ringfence.token_parts: !42501
-- nobody function=ringfence.live_session: !42501

-- play: sessions are nobody's to read, make or end
<sql>;
-- let: sql=select/**/count(*)/**/from/**/ringfence.sessions
-- owner agent nobody operator auditor_login dispatcher analyst: !42501
-- owner agent nobody sql=update/**/ringfence.sessions/**/set/**/ended_at=null: !42501
-- owner agent nobody sql=delete/**/from/**/ringfence.sessions: !42501
-- owner agent nobody sql=insert/**/into/**/ringfence.sessions(session_id)values('{new}'): !42501
-- owner nobody sql=select/**/token_hash/**/from/**/ringfence.api_tokens: !42501
-- definer owner_role: 1
-- definer owner_role sql=select/**/count(*)/**/from/**/ringfence.live_session(encode(sha256('session'),'hex')): 1
