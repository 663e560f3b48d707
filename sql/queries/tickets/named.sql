-- Which of the ids that a ticket names are somebody's or something's here. $1 tenant_id, $2 requester_id, $3 assignee_id, $4 group_id,
-- $5 organization_id; null: not named.
select 'requester_id' as field
  from ringfence.contacts c
 where c.tenant_id = $1 and c.contact_id = $2
union all
select 'assignee_id'
  from ringfence.members m
 where m.tenant_id = $1 and m.member_id = $3
union all
select 'group_id'
  from ringfence.groups g
 where g.tenant_id = $1 and g.group_id = $4
union all
select 'organization_id'
  from ringfence.organizations o
 where o.tenant_id = $1 and o.organization_id = $5
