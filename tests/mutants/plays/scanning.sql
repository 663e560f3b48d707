-- Changing the context while a scan runs. The planner puts every equality of one column into one class and keeps one of
-- them: a wall that were a plain equality would be dropped in favour of whatever else the statement says is equal.

-- play: a setting switched for each row shows no other tenant
-- but: walls
select string_agg(distinct left(s.t, 1), ' ') from (select tenant_id::text as t, set_config('app.tenant_id', '{globex}', true) from ringfence.<table>) s;
-- let: table=tickets
-- agent requester grouped_agent service[ticket.read]: a
-- agent requester grouped_agent table=comments: a
-- agent requester grouped_agent table=ticket_events: a
-- agent requester table=contacts: a
-- agent table=groups: a
-- agent table=group_members: a
-- agent table=organizations: a
-- agent table=tags: a
-- owner table=memberships: a
-- owner table=api_tokens: a
-- owner table=tenant_roles: a
-- owner table=break_glass_grants: a
-- owner table=audit_events: a
-- owner table=idempotency_keys: a

-- play: a predicate that moves while the scan runs shows no other tenant
-- but: walls
-- forging:
select set_config('x.t', '{acme}', true);
set local enable_indexscan = <index>; set local enable_bitmapscan = <index>; set local enable_indexonlyscan = <index>; set local enable_seqscan = <seq>;
-- sql:
select string_agg(distinct left(s.t, 1), ' ') from (select tenant_id::text as t, set_config('x.t', '{globex}', true) from ringfence.<table> where <predicate>) s;
-- let: table=tickets index=off seq=on predicate=tenant_id=current_setting('x.t')::uuid
-- agent requester analyst: a
-- agent requester analyst index=on seq=off: a
-- agent requester analyst table=comments: a
-- agent requester analyst predicate=tenant_id::text=current_setting('x.t'): a
-- agent requester analyst predicate=(tenant_id,tenant_id::text)=(current_setting('x.t')::uuid,current_setting('x.t')): a
-- agent table=ticket_events: a
-- agent table=contacts: a
-- agent table=groups: a
-- agent table=group_members: a
-- agent table=organizations: a
-- agent table=tags: a
-- owner table=memberships: a
-- owner table=api_tokens: a
-- owner table=tenant_roles: a
-- owner table=break_glass_grants: a
-- owner table=audit_events: a
-- owner table=idempotency_keys: a

-- play: a predicate that moves while the scan runs deletes and changes nothing elsewhere
-- but: walls
-- forging:
select set_config('x.t', '{acme}', true);
set local enable_indexscan = off; set local enable_bitmapscan = off; set local enable_indexonlyscan = off;
-- sql:
<sql> where <predicate>tenant_id = current_setting('x.t')::uuid and set_config('x.t', '{globex}', true) is not null;
-- effects
-- let: predicate=
-- owner sql=delete/**/from/**/ringfence.contacts predicate=contact_id='{silent}'/**/and/**/: #0 / unchanged or #1 / contacts a-1
-- owner sql=update/**/ringfence.contacts/**/set/**/name='x' predicate=contact_id='{silent}'/**/and/**/: #0 / unchanged or #1 / contacts a+1-1
-- owner sql=update/**/ringfence.tickets/**/set/**/subject='x' predicate=ticket_id='{ticket1}'/**/and/**/: #0 / unchanged or #1 / tickets a+1-1
-- owner sql=delete/**/from/**/ringfence.organizations predicate=organization_id='{empty_org}'/**/and/**/: #0 / unchanged or #1 / organizations a-1
-- owner sql=delete/**/from/**/ringfence.api_tokens predicate=api_token_id='{token_auditor}'/**/and/**/: #0 / unchanged or #1 / api_tokens a-1
-- owner sql=delete/**/from/**/ringfence.tenant_roles predicate=role_id='{wide_role}'/**/and/**/: #0 / unchanged or #1 / tenant_roles a-1
-- owner sql=update/**/ringfence.break_glass_grants/**/set/**/revoked_at=now() predicate=grant_id='{grant}'/**/and/**/: #0 / unchanged or #1 / break_glass_grants a+1-1
-- owner sql=delete/**/from/**/ringfence.groups predicate=group_id='{vacant}'/**/and/**/: #0 / unchanged or #1 / groups a-1

-- play: a member that moves while the scan runs shows no other member's answers
-- forging:
select set_config('x.m', '<me>', true), set_config('x.o', case '<me>' when '{owner}' then '{agent}' else '{owner}' end, true);
set local enable_indexscan = off; set local enable_bitmapscan = off; set local enable_indexonlyscan = off;
-- sql:
select count(*) from (select set_config('x.m', current_setting('x.o'), true) from ringfence.idempotency_keys where member_id = current_setting('x.m')::uuid) s;
-- owner agent: 1

-- play: a forged tenant is no oracle of what exists
-- but: walls
-- forging:
select set_config('app.tenant_id', '{globex}', true);
-- sql:
select count(*) from ringfence.<table> where tenant_id = '{globex}' and <column> = '<id>';
-- let: table=tickets column=ticket_id id={foreign_ticket}
-- agent: 0
-- agent id={absent}: 0
-- agent table=contacts column=contact_id id={outsider}: 0
-- agent table=contacts column=contact_id id={absent}: 0
-- agent table=tenants column=tenant_id id={globex}: 0
-- agent table=tenants column=tenant_id id={absent}: 0 or null

