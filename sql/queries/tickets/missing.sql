-- Which of the ids that a refused ticket names are nobody's and nothing's here, of what the caller may look up.
-- $1 tenant_id, $2 requester_id, $3 assignee_id, $4 group_id, $5 organization_id; null: not named.
select 'requester_id' as field
 where $2::uuid is not null and ringfence.may('contact.read')
   and not exists (select from ringfence.contacts c where c.tenant_id = $1 and c.contact_id = $2)
union all
select 'assignee_id'
 where $3::uuid is not null and ringfence.may('member.read')
   and not exists (select from ringfence.members m where m.tenant_id = $1 and m.member_id = $3)
union all
select 'group_id'
 where $4::uuid is not null and ringfence.may('group.read')
   and not exists (select from ringfence.groups g where g.tenant_id = $1 and g.group_id = $4)
union all
select 'organization_id'
 where $5::uuid is not null and ringfence.may('organization.read')
   and not exists (select from ringfence.organizations o where o.tenant_id = $1 and o.organization_id = $5)
