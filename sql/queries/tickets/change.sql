-- Changes the fields that the patch names (RFC 7396), if the version is the one expected and the status may follow.
-- $1 tenant_id, $2 ticket_id, $3 version expected, $4 patch, $5 action, $6 and $7 ticket_event_id, of what everybody on the ticket reads and of
-- what staff alone do.
with before as (
    -- Reads the row as it was: a sibling of the UPDATE below never sees its effect.
    select b.* from ringfence.tickets b where b.tenant_id = $1 and b.ticket_id = $2
), t as (
    update ringfence.tickets t
       set subject = case when $4::jsonb ? 'subject' then $4 ->> 'subject' else t.subject end,
           priority = case when $4 ? 'priority' then $4 ->> 'priority' else t.priority end,
           type = case when $4 ? 'type' then $4 ->> 'type' else t.type end,
           tags = case when $4 ? 'tags' then array(select jsonb_array_elements_text($4 -> 'tags')) else t.tags end,
           requester_id = case when $4 ? 'requester_id' then ($4 ->> 'requester_id')::uuid else t.requester_id end,
           assignee_id = case when $4 ? 'assignee_id' then ($4 ->> 'assignee_id')::uuid else t.assignee_id end,
           group_id = case when $4 ? 'group_id' then ($4 ->> 'group_id')::uuid else t.group_id end,
           organization_id = case when $4 ? 'organization_id' then ($4 ->> 'organization_id')::uuid else t.organization_id end,
           external_source = case when $4 ? 'external_source' then $4 ->> 'external_source' else t.external_source end,
           external_id = case when $4 ? 'external_id' then $4 ->> 'external_id' else t.external_id end,
           status = case when $4 ? 'status' then $4 ->> 'status' else t.status end,
           closed_at = case when $4 ->> 'status' = 'closed' then transaction_timestamp() else t.closed_at end,
           version = t.version + 1,
           updated_at = transaction_timestamp()
     where t.tenant_id = $1 and t.ticket_id = $2 and t.version = $3 and t.status <> 'closed'
       and (not $4 ? 'status' or ringfence.status_may_follow(t.status, $4 ->> 'status'))
    returning t.*
), words as (
    insert into ringfence.tags (tenant_id, tag)
    select t.tenant_id, word from t, unnest(t.tags) word where $4 ? 'tags'
    on conflict do nothing
), changes as (
    select jsonb_object_agg(o.key, jsonb_build_array(o.value, n.value)) as fields
      from before, t, jsonb_each(to_jsonb(before)) o, jsonb_each(to_jsonb(t)) n
     where o.key = n.key and o.value is distinct from n.value
       and o.key not in ('version', 'updated_at', 'closed_at', 'group_key')
), parts as (
    -- The requester reads where the ticket stands, and nothing else that was done to it.
    select $6::uuid as ticket_event_id, 'public' as visibility, jsonb_strip_nulls(jsonb_build_object('status', fields -> 'status')) as fields
      from changes
     where fields ? 'status' or $4 ? 'status' and $4 - 'status' = '{}'
    union all
    select $7::uuid, 'internal', coalesce(fields - 'status', '{}')
      from changes
     where $4 - 'status' <> '{}' or not $4 ? 'status'
), history as (
    insert into ringfence.ticket_events (tenant_id, ticket_event_id, ticket_id, requester_id, group_key, actor_id, kind, visibility, version, changes)
    select t.tenant_id, parts.ticket_event_id, t.ticket_id, t.requester_id, t.group_key, ringfence.member(), $5, parts.visibility, t.version, parts.fields
      from t, parts
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select t.tenant_id, $5, 'allow', ringfence.rule_of('ticket.change', t.group_key, t.requester_id), 'ticket', t.ticket_id, t.version,
           jsonb_build_object('fields', coalesce((select jsonb_agg(k order by k) from changes, jsonb_object_keys(changes.fields) k), '[]'))
      from t
)
select t.ticket_id, t.number, t.subject, t.status, t.priority, t.type, t.tags, t.requester_id, t.assignee_id, t.group_id,
       t.organization_id, t.external_source, t.external_id, t.version, t.created_at, t.updated_at, t.closed_at
  from t
