-- Ends a membership, if an owner remains: who may ask to enter, the API tokens, the groups, and the tickets in hand; the person stays as a contact,
-- and the identity provider's user, if they are one, is active no longer.
-- $1 tenant_id, $2 member_id, $3 version expected or null.
with person as (
    select p.contact_id from ringfence.hold_person($2) p
), owners as (
    -- Locked in one order: of two owners who remove one another the second waits here, and then counts one owner less.
    select o.member_id from ringfence.members o, person where o.tenant_id = $1 and o.role = 'owner' order by o.member_id for no key update of o
), m as (
    delete from ringfence.members m
     where m.tenant_id = $1 and m.member_id = (select p.contact_id from person p) and ($3::integer is null or m.version = $3)
       and (m.role <> 'owner' or (select count(*) from owners) > 1)
    returning m.tenant_id, m.member_id, m.identity_id, m.version
), ended as (
    -- A later membership goes on from this version.
    update ringfence.contacts c set member_version = m.version from m where c.tenant_id = $1 and c.contact_id = m.member_id
), unassigned as (
    update ringfence.tickets t
       set assignee_id = null, version = t.version + 1, updated_at = transaction_timestamp()
      from m
     where t.tenant_id = $1 and t.assignee_id = m.member_id
    returning t.tenant_id, t.ticket_id, t.requester_id, t.group_key, t.version, m.member_id
), history as (
    insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version, changes)
    select t.tenant_id, ringfence.new_id(), t.ticket_id, t.requester_id, t.group_key, ringfence.member(), 'ticket.assigned', 'internal', t.version,
           jsonb_build_object('assignee_id', jsonb_build_array(t.member_id, null))
      from unassigned t
), ungrouped as (
    delete from ringfence.group_members w using m where w.tenant_id = $1 and w.member_id = m.member_id
), revoked as (
    delete from ringfence.api_tokens a using m where a.tenant_id = $1 and a.member_id = m.member_id
), leaves as (
    delete from ringfence.memberships b using m where b.tenant_id = $1 and b.identity_id = m.identity_id
), switched_off as (
    select m.tenant_id, m.member_id, u.scim_user_id, u.version from m, ringfence.deactivate_user(m.member_id) u
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select t.tenant_id, 'ticket.assigned', 'allow', 'member.manage', 'ticket', t.ticket_id, t.version, '{"fields": ["assignee_id"]}'::jsonb from unassigned t
    union all
    select m.tenant_id, 'member.removed', 'allow', 'member.manage', 'member', m.member_id, m.version, '{}'::jsonb from m
    union all
    select u.tenant_id, 'provisioning.user_updated', 'allow', 'member.manage', 'scim_user', u.scim_user_id, u.version,
           jsonb_build_object('member_id', u.member_id, 'active', false)
      from switched_off u
)
select m.member_id from m
