-- A page of a tenant's trail.
select e.event_id, e.position, e.recorded_at, e.request_id, e.action, e.decision, e.rule, e.actor_id, e.identity_id, e.actor_kind,
       e.on_behalf_of, e.session_id, e.authentication, e.object_type, e.object_id, e.object_version, e.external_system, e.details
  from ringfence.audit_events e
 where e.tenant_id = :tenant_id
--? actor_id and e.actor_id = :actor_id
--? action and e.action = :action
--? object_type and e.object_type = :object_type
--? object_id and e.object_id = :object_id
--? decision and e.decision = :decision
--? request_id and e.request_id = :request_id
--? recorded_after and e.recorded_at >= :recorded_after
--? recorded_before and e.recorded_at < :recorded_before
--? number:after and e.position > :key_number
--? number:before and e.position < :key_number
--? number:ascending order by e.position
--? number:descending order by e.position desc
 limit :limit
