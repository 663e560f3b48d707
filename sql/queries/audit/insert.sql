-- A batch of events, of any tenant_id or of none; the auditor's one write. Each parameter is a column of the batch.
insert into ringfence.audit_inbox (tenant_id, request_id, action, decision, rule, actor_id, identity_id, actor_kind, on_behalf_of,
                                   session_id, authentication, object_type, object_id, object_version, details)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::text[],
                     $9::uuid[], $10::text[], $11::text[], $12::text[], $13::uuid[], $14::integer[], $15::jsonb[])
