-- One contact. $1 tenant_id, $2 contact_id.
select c.contact_id, c.name, c.email, c.organization_id, c.external_source, c.external_id, c.version, c.created_at, c.updated_at
  from ringfence.contacts c
 where c.tenant_id = $1 and c.contact_id = $2
