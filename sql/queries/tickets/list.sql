-- A page of tickets. Lines that begin with --? belong to the statement where their name is chosen.
-- A class of principal adds its own predicate, for the planner does not see through a door's filter.
select t.ticket_id, t.number, t.subject, t.status, t.priority, t.type, t.tags, t.requester_id, t.assignee_id, t.group_id,
       t.organization_id, t.external_source, t.external_id, t.version, t.created_at, t.updated_at, t.closed_at
  from ringfence.tickets t
 where t.tenant_id = :tenant_id
--? as_requester and t.requester_id = :member_id
--? in_groups and t.group_id = any (:group_ids)
--? status and t.status = any (:status)
--? priority and t.priority = any (:priority)
--? assignee_id and t.assignee_id = :assignee_id
--? requester_id and t.requester_id = :requester_id
--? group_id and t.group_id = :group_id
--? organization_id and t.organization_id = :organization_id
--? tag and :tag = any (t.tags)
--? created_after and t.created_at >= :created_after
--? created_before and t.created_at < :created_before
--? updated_after and t.updated_at >= :updated_after
--? updated_before and t.updated_at < :updated_before
--? updated_at:after and (t.updated_at, t.ticket_id) > (:key_time, :key_id)
--? updated_at:before and (t.updated_at, t.ticket_id) < (:key_time, :key_id)
--? created_at:after and (t.created_at, t.ticket_id) > (:key_time, :key_id)
--? created_at:before and (t.created_at, t.ticket_id) < (:key_time, :key_id)
--? number:after and t.number > :key_number
--? number:before and t.number < :key_number
--? updated_at:ascending order by t.updated_at, t.ticket_id
--? updated_at:descending order by t.updated_at desc, t.ticket_id desc
--? created_at:ascending order by t.created_at, t.ticket_id
--? created_at:descending order by t.created_at desc, t.ticket_id desc
--? number:ascending order by t.number
--? number:descending order by t.number desc
 limit :limit
