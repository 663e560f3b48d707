-- How many tickets a list holds, counted no further than :most.
select count(*) as total from (
select 1
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
 limit :most) counted
