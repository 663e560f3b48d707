-- What each role may.

-- root: in groups, and in none
select string_agg(format(E'\n    %s%s%s', r.role, case when g.grouped then ' in groups' end, ringfence.permissions_of(r.role, g.grouped)), '' order by r.role, g.grouped)
  from unnest(array['owner', 'admin', 'agent', 'light_agent', 'requester', 'auditor', 'service', 'custom', 'nobody']) r (role), (values (false), (true)) g (grouped);

-- root: where nothing is said
select concat_ws('/', coalesce(ringfence.permissions_of(null, true), 'null'), coalesce(ringfence.permissions_of('agent', null), 'null'));

-- try via[i:service]: each right alone: whether it acts on tickets, and what may be given away with it
reset session authorization;
do $$
declare
    p text;
begin
    foreach p in array string_to_array(trim(both ',' from ringfence.permissions_of('owner', false)), ',')
        || '{ticket.read.group,ticket.read.own,ticket.create.group,ticket.create.own,ticket.change.group,ticket.change.own,ticket.resolve.own,ticket.escalate.group,ticket.import,
             comment.read.group,comment.read.own,comment.create.group,comment.create.own,comment.note.group,act_as,provision.manage,break_glass.held}'::text[] loop
        update ringfence.members set permissions = array[p] where role = 'service';
        perform ringfence.enter(current_setting('play.token'));
        perform set_config('play.told', format(E'%s\n    %s: %s %s', current_setting('play.told'), p, ringfence.acts_on_tickets(), array(select g from unnest(ringfence.grantable()) g order by g collate "C")), true);
    end loop;
    update ringfence.members set permissions = '{}' where role = 'service';
end $$;
select current_setting('play.told');

-- owner: what an owner may give
select ringfence.acts_on_tickets(), ringfence.gives_roles(), array(select g from unnest(ringfence.grantable()) g order by g collate "C");

-- admin: what an admin may give
select ringfence.acts_on_tickets(), ringfence.gives_roles(), array(select g from unnest(ringfence.grantable()) g order by g collate "C");

-- service[admin,owner.manage]: all of an admin's rights, and owners' places
select ringfence.acts_on_tickets(), ringfence.gives_roles(), array(select g from unnest(ringfence.grantable()) g order by g collate "C");

-- service[admin,-audit.read,owner.manage]: owners' places, and one of an admin's rights too few
select ringfence.gives_roles(), array(select g from unnest(ringfence.grantable()) g order by g collate "C");

-- light_agent: who looks on
select ringfence.acts_on_tickets(), ringfence.gives_roles(), array(select g from unnest(ringfence.grantable()) g order by g collate "C");

-- nobody: without a context
select ringfence.acts_on_tickets(), ringfence.gives_roles(), ringfence.grantable(), ringfence.permissions(), ringfence.rights();

-- root: an agent is an admin for hours
update ringfence.members set elevated_until = transaction_timestamp() + interval '1 hour' where tenant_id = '{acme}' and member_id = '{agent}';
insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at)
values ('{acme}', '{new}', '{agent}', 'admin', 'long enough a reason', '{owner}', transaction_timestamp() + interval '1 hour');

-- agent: what they may give meanwhile
select ringfence.acts_on_tickets(), ringfence.gives_roles(), array(select g from unnest(ringfence.grantable()) g order by g collate "C");

-- root: and an agent again
delete from ringfence.break_glass_grants where grant_id = '{new}';
update ringfence.members set elevated_until = null where member_id = '{agent}';

-- agent: who calls and how
select ringfence.request(), ringfence.actor(), ringfence.identity(), ringfence.member(), ringfence.context(7), ringfence.context(8), ringfence.context(9), encode(ringfence.rights(), 'hex'), ringfence.oneself();

-- grouped_agent: who calls, from a group
select ringfence.request(), ringfence.actor(), ringfence.identity(), ringfence.member(), ringfence.context(7), ringfence.context(8), ringfence.context(9), encode(ringfence.rights(), 'hex'), ringfence.oneself();

-- via[t:token_auditor]: who calls, by a token
select ringfence.request(), ringfence.actor(), ringfence.identity(), ringfence.member(), ringfence.context(7), ringfence.context(8), ringfence.context(9), encode(ringfence.rights(), 'hex'), ringfence.oneself();

-- via[s:session]: who calls, by a session
select ringfence.request(), ringfence.actor(), ringfence.identity(), ringfence.member(), ringfence.context(7), ringfence.context(8), ringfence.context(9), encode(ringfence.rights(), 'hex'), ringfence.oneself();

-- via[i:agent,a:owner]: who calls for another
select ringfence.request(), ringfence.actor(), ringfence.identity(), ringfence.member(), ringfence.context(7), ringfence.context(8), ringfence.context(9), encode(ringfence.rights(), 'hex'), ringfence.oneself();

-- agent query idempotency/find.sql: an answer of these rights
'{acme}', 'createTicket', 'k-1'

-- root: an agent's groups are other ones for each kind of access
insert into ringfence.group_members (tenant_id, member_id, group_id, access) values ('{acme}', '{grouped_agent}', '{second}', '{create,overview}'), ('{acme}', '{grouped_agent}', '{vacant}', '{change,overview}');
update ringfence.group_members set access = '{read}' where tenant_id = '{acme}' and member_id = '{grouped_agent}' and group_id = '{first}';

-- grouped_agent: the digest covers each list
select encode(ringfence.rights(), 'hex');

-- root: an agent has other rights, and a light agent those of a narrow role
update ringfence.members set role = 'light_agent' where member_id = '{agent}';
update ringfence.members set role = 'custom', role_id = '{narrow_role}' where member_id = '{light_agent}';

-- agent query idempotency/find.sql: an answer of other rights
'{acme}', 'createTicket', 'k-1'

-- light_agent: who reads alone writes no history
insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version)
select t.tenant_id, '{new}', t.ticket_id, t.requester_id, t.group_key, '{light_agent}', 'ticket.updated', 'internal', 1 from ringfence.tickets t where t.tenant_id = '{acme}' and t.number = 1;

-- try owner: a service with a right that is nobody's to give
insert into ringfence.contacts (tenant_id, contact_id, name) values ('{acme}', '{new}', 'Service');
insert into ringfence.members (tenant_id, member_id, identity_id, role, permissions) values ('{acme}', '{new}', '{i_new}', 'service', '{break_glass.grant}');

-- try owner: a service with a right that is theirs to give
insert into ringfence.contacts (tenant_id, contact_id, name) values ('{acme}', '{new}', 'Service');
insert into ringfence.members (tenant_id, member_id, identity_id, role, permissions) values ('{acme}', '{new}', '{i_new}', 'service', '{act_as}');

-- try owner: a service that gets a right that is nobody's to give
update ringfence.members set permissions = '{break_glass.grant}' where tenant_id = '{acme}' and member_id = '{service}';

-- try owner: an owner of an admin, and an admin of an owner
update ringfence.members set role = 'owner' where tenant_id = '{acme}' and member_id = '{admin}';
update ringfence.members set role = 'admin' where tenant_id = '{acme}' and member_id = '{owner}';

-- try admin: an owner of themselves
update ringfence.members set role = 'owner' where tenant_id = '{acme}' and member_id = '{admin}';

-- try admin: another owner
insert into ringfence.contacts (tenant_id, contact_id, name) values ('{acme}', '{new}', 'Owner');
insert into ringfence.members (tenant_id, member_id, identity_id, role) values ('{acme}', '{new}', '{i_new}', 'owner');

-- operator: what the operator's function leaves in its transaction
select ringfence.suspend_tenant('{globex}', false, '{r_one}');
select concat_ws('|', current_setting('app.tenant_id', true), pg_temp.held(), split_part(current_setting('backtrace_functions'), chr(10), 1));

-- via[t:token_service]: a token's use leaves nobody in its tenant
select ringfence.token_used(current_setting('play.token'));
select concat_ws('|', current_setting('app.tenant_id', true), pg_temp.held(), split_part(current_setting('backtrace_functions'), chr(10), 1));

-- try via[i:agent]: a session's name that holds what parts the settings
select set_config('app.session_id', 'x|y', true);
select ringfence.enter(current_setting('play.token'));

-- requester query tickets/resolve_own.sql: solved
'{acme}', '{ticket3}', 1, 'solved', '{link}'

-- requester query tickets/resolve_own.sql: solved, and solved again
'{acme}', '{ticket3}', 2, 'solved', '{link2}'

-- service[group.manage,member.manage,member.read]: what a member may do in a group, with fewer rights than an admin
update ringfence.group_members set access = '{read}' where tenant_id = '{acme}' and member_id = '{grouped_agent}';

-- grouped_agent: what people are called, by an agent
update ringfence.contacts set name = name || '!';

-- admin: what people are called, by an admin
update ringfence.contacts set name = name || '!';

-- service[contact.read,contact.change]: what people are called, by a service that changes contacts
update ringfence.contacts set name = name || '!';

-- root: somebody is of the staff of globex alone
update ringfence.members set role = 'requester', role_id = null where tenant_id = '{acme}' and member_id = '{light_agent}';

-- grouped_agent: what people are called, by an agent, where one of them is staff elsewhere
update ringfence.contacts set name = name || '!';

-- try admin: a ticket is tagged with two words in one
update ringfence.tickets set tags = array['one', 'two words'] where tenant_id = '{acme}' and ticket_id = '{ticket3}';

-- try admin: a ticket is tagged with nothing
update ringfence.tickets set tags = array[''] where tenant_id = '{acme}' and ticket_id = '{ticket3}';

-- try admin: a ticket is tagged with a word that has a comma
update ringfence.tickets set tags = array['a,b'] where tenant_id = '{acme}' and ticket_id = '{ticket3}';

-- root: rights narrowed by rights
select string_agg(format(E'\n    %s by %s: %s', h, a, coalesce(ringfence.narrowed(h, a), 'null')), '' order by h, a)
  from unnest(array[',', ',a.b,', ',a.b.group,', ',a.b.own,', ',a.b.group,a.b.own,', ',c,a.b,', ',a.b,a.b.group,', ',xa.b,', ',a.bx,', ',c.group,a.b.own,', ',,', ',b,a,']) h,
       unnest(array[',', ',a.b,', ',a.b.group,', ',a.b.own,', ',c,a.b.group,', ',c.own,c,', ',a.b.groups,', ',a.b.own,a.b.group,', ',,', ',a,b,', ',xa.b.own,']) a;

-- root: groups in common
select string_agg(format(E'\n    %s %s, %s %s: %s', h, hg, o, og, coalesce(ringfence.common_groups(h, hg, o, og), 'null')), '' order by h, hg, o, og)
  from unnest(array[',a.group,', ',a,']) h, unnest(array['{};{};{};{}', '{{first},{second}};{{first}};{};{{vacant}}']) hg,
       unnest(array[',b.group,', ',b,']) o, unnest(array['{};{};{};{}', '{{second}};{{first},{second}};{{vacant}};{{vacant},{first}}']) og;

-- root: rights for hours
select ringfence.for_hours(ringfence.permissions_of('admin', false)), ringfence.for_hours(','), ringfence.for_hours(',xtoken.manage,token.manage,member.manage,role.manage,token.create,settings.change,settings.changed,');
