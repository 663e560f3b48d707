-- What each role may.

-- root: in groups, and in none
select string_agg(format(E'\n    %s%s%s', r.role, case when g.grouped then ' in groups' end, ringfence.permissions_of(r.role, g.grouped)), '' order by r.role, g.grouped)
  from unnest(array['owner', 'admin', 'agent', 'light_agent', 'requester', 'auditor', 'service', 'custom', 'nobody']) r (role), (values (false), (true)) g (grouped);

-- root: where nothing is said
select concat_ws('/', coalesce(ringfence.permissions_of(null, true), 'null'), coalesce(ringfence.permissions_of('agent', null), 'null'));
