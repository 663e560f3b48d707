-- A page of contacts. A class of principal adds its own predicate, for the planner does not see through a door's filter.
select c.contact_id, c.name, c.email, c.organization_id, c.external_source, c.external_id, c.version, c.created_at, c.updated_at
  from ringfence.contacts c
 where c.tenant_id = :tenant_id
--? ids and c.contact_id = any (:ids)
--? as_oneself and c.contact_id = :member_id
--? email and c.email_key = lower(:email)
--? organization_id and c.organization_id = :organization_id
--? external_source and c.external_source = :external_source
--? external_id and c.external_id = :external_id
--? created_at:after and (c.created_at, c.contact_id) > (:key_time, :key_id)
--? created_at:before and (c.created_at, c.contact_id) < (:key_time, :key_id)
--? created_at:ascending order by c.created_at, c.contact_id
--? created_at:descending order by c.created_at desc, c.contact_id desc
 limit :limit
