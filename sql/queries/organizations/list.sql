-- A page of organizations.
select o.organization_id, o.name, o.external_source, o.external_id, o.version, o.created_at, o.updated_at
  from ringfence.organizations o
 where o.tenant_id = :tenant_id
--? ids and o.organization_id = any (:ids)
--? external_source and o.external_source = :external_source
--? external_id and o.external_id = :external_id
--? created_at:after and (o.created_at, o.organization_id) > (:key_time, :key_id)
--? created_at:before and (o.created_at, o.organization_id) < (:key_time, :key_id)
--? created_at:ascending order by o.created_at, o.organization_id
--? created_at:descending order by o.created_at desc, o.organization_id desc
 limit :limit
