-- The tenant entered, and the caller's role in it, or that of whom they act for if they may see it. $1 tenant_id.
select t.tenant_id, t.slug, t.name, m.role
  from ringfence.tenants t
  left join ringfence.members m on m.tenant_id = t.tenant_id and m.member_id = ringfence.member()
 where t.tenant_id = $1
