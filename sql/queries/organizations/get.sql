-- One organization. $1 tenant_id, $2 organization_id.
select o.organization_id, o.name, o.external_source, o.external_id, o.version, o.created_at, o.updated_at
  from ringfence.organizations o
 where o.tenant_id = $1 and o.organization_id = $2
