-- Who may what: the permissions of each role. Doors ask for permissions, never for a role.
-- A scope stands behind the verb: none = the whole tenant, .group = in the member's groups, .own = where they are the requester.

-- An agent without a group works in all of them; a light agent without one in none.
create function ringfence.permissions_of(role text, grouped boolean) returns text
language sql immutable parallel safe
return case role
    when 'owner' then ',ticket.read,ticket.create,ticket.change,ticket.escalate,agreement.read,comment.read,comment.create,member.read,member.manage,owner.manage,role.manage,token.create,token.manage,break_glass.grant,agreement.manage,group.read,group.manage,organization.read,organization.change,organization.delete,contact.read,contact.change,contact.delete,audit.read,settings.read,settings.change,'
    when 'admin' then ',ticket.read,ticket.create,ticket.change,ticket.escalate,agreement.read,comment.read,comment.create,member.read,member.manage,role.manage,token.create,token.manage,group.read,group.manage,organization.read,organization.change,organization.delete,contact.read,contact.change,contact.delete,audit.read,settings.read,settings.change,'
    when 'agent' then case when grouped
        then ',ticket.read.group,ticket.create.group,ticket.change.group,ticket.escalate.group,agreement.read,comment.read.group,comment.create.group,member.read,group.read,organization.read,organization.change,contact.read,contact.change,token.create,'
        else ',ticket.read,ticket.create,ticket.change,ticket.escalate,agreement.read,comment.read,comment.create,member.read,group.read,organization.read,organization.change,contact.read,contact.change,token.create,' end
    when 'light_agent' then ',ticket.read.group,agreement.read,comment.read.group,comment.note.group,member.read,group.read,organization.read,contact.read,token.create,'
    when 'requester' then ',ticket.read.own,ticket.create.own,ticket.resolve.own,comment.read.own,comment.create.own,token.create,'
    when 'auditor' then ',ticket.read,agreement.read,comment.read,member.read,group.read,organization.read,contact.read,audit.read,settings.read,token.create,'
    else ',' end;

-- Whether the caller may hand out roles and places: whoever lacks a right of the widest role below owner could take it that way,
-- by a member of a wider role, or by one in the place of somebody who is there.
create function ringfence.gives_roles() returns boolean
language sql stable parallel restricted
return string_to_array(trim(both ',' from ringfence.permissions_of('admin', false)), ',') <@ ringfence.permissions();

-- What the caller may put into a service's rights, a role or a token: what they hold, and every narrower form of it. Breaking the
-- glass is an owner's own. Two rights are no person's, and an owner's to give who holds all that they open. Whose own rights last
-- for hours gives none.
create function ringfence.grantable() returns text[]
language sql stable parallel restricted
return case when ringfence.may('break_glass.held') then '{}'::text[]
            else (select array_agg(p || suffix) from unnest(ringfence.permissions()) p, unnest(array['', '.group', '.own']) suffix where p <> 'break_glass.grant')
                || array(select p from unnest(array['ticket.resolve.own', 'comment.note.group']) p where ringfence.may(ringfence.wider(p)))
                || case when ringfence.may('owner.manage') and ringfence.gives_roles() then array['act_as', 'provision.manage'] else '{}' end end;

-- Whoever may do anything to a ticket has something to write into its history; who may only read has not.
create function ringfence.acts_on_tickets() returns boolean
language sql stable parallel restricted
return ringfence.permissions() && array['ticket.create', 'ticket.create.group', 'ticket.create.own', 'ticket.change', 'ticket.change.group', 'ticket.resolve.own',
    'ticket.escalate', 'ticket.escalate.group', 'comment.create', 'comment.create.group', 'comment.create.own', 'comment.note.group', 'ticket.import'];

-- By which of their rights the caller does what the doors let them do to a row: the trail tells it.
create function ringfence.rule_of(permission text, group_key uuid, requester_id uuid) returns text
language sql stable parallel restricted
return case
    when ringfence.may(permission) then permission
    when group_key = any (ringfence.groups_with(permission || '.group')) then permission || '.group'
    when requester_id = ringfence.member_with(permission || '.own') then permission || '.own'
    -- Who comments by none of these writes notes alone.
    when permission = 'comment.create' then 'comment.note.group' end;

grant execute on function ringfence.permissions_of(text, boolean), ringfence.wider(text), ringfence.gives_roles(), ringfence.grantable(), ringfence.acts_on_tickets(),
    ringfence.rule_of(text, uuid, uuid) to ringfence_app;
-- The staff whose contacts the caller, who changes others, may not change. A door asks it once for each statement.
create function ringfence.kept_contacts() returns uuid[]
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
begin atomic
    select case when ringfence.may('contact.change') and not ringfence.may('member.manage') then array(
        select m.member_id from ringfence.members m
         where m.tenant_id = ringfence.current_tenant() and m.role <> 'requester' and m.member_id is distinct from ringfence.oneself()) else '{}' end;
end;

-- The owners, for whoever manages members and no owners: an owner's membership is not theirs to end.
create function ringfence.kept_identities() returns uuid[]
language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
begin atomic
    select case when ringfence.may('member.manage') and not ringfence.may('owner.manage') then array(
        select m.identity_id from ringfence.members m where m.tenant_id = ringfence.current_tenant() and m.role = 'owner') else '{}' end;
end;

grant execute on function ringfence.kept_contacts(), ringfence.kept_identities() to ringfence_app;
grant execute on function ringfence.permissions_of(text, boolean) to ringfence_gate;
