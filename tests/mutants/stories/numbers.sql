-- Blocks of ticket numbers, past those that somebody gave away.

-- agent: a block
select ringfence.reserve_ticket_numbers(3);

-- agent: the next one
select ringfence.reserve_ticket_numbers(1);

-- requester: a requester's
select ringfence.reserve_ticket_numbers(2);

-- agent@globex: of the other tenant
select ringfence.reserve_ticket_numbers(1000);

-- agent: none
select ringfence.reserve_ticket_numbers(0);

-- agent: too many
select ringfence.reserve_ticket_numbers(1001);

-- agent: how many nobody knows
select ringfence.reserve_ticket_numbers(null);

-- nobody: without a context
select ringfence.reserve_ticket_numbers(1);

-- root: the counters stand at a hundred, and at five
update ringfence.ticket_counters set last = case when tenant_id = '{acme}' then 100 else 5 end;

-- try agent: the first is taken
reset session authorization; update ringfence.tickets set number = 101 where tenant_id = '{acme}' and number = 1; set session authorization ringfence_app;
select ringfence.reserve_ticket_numbers(3);

-- try agent: the last is taken
reset session authorization; update ringfence.tickets set number = 103 where tenant_id = '{acme}' and number = 1; set session authorization ringfence_app;
select ringfence.reserve_ticket_numbers(3);

-- try agent: the one behind them is taken
reset session authorization; update ringfence.tickets set number = 104 where tenant_id = '{acme}' and number = 1; set session authorization ringfence_app;
select ringfence.reserve_ticket_numbers(3);

-- try agent: the one before them is taken
reset session authorization; update ringfence.tickets set number = 100 where tenant_id = '{acme}' and number = 1; set session authorization ringfence_app;
select ringfence.reserve_ticket_numbers(3);

-- try agent: the other tenant has them
reset session authorization; update ringfence.tickets set number = number + 100 where tenant_id = '{globex}'; set session authorization ringfence_app;
select ringfence.reserve_ticket_numbers(3);

-- try agent: one is taken here, and one further on in the other tenant
reset session authorization;
update ringfence.tickets set number = 102 where tenant_id = '{acme}' and number = 1;
update ringfence.tickets set number = 150 where tenant_id = '{globex}' and number = 1;
set session authorization ringfence_app;
select ringfence.reserve_ticket_numbers(3);

-- try agent: two are taken, one of them further on
reset session authorization;
update ringfence.tickets set number = 99 + 3 * number where tenant_id = '{acme}' and number < 3;
set session authorization ringfence_app;
select ringfence.reserve_ticket_numbers(3);

-- try agent: ten thousand further on
reset session authorization;
update ringfence.tickets set number = case number when 1 then 101 else 10101 end where tenant_id = '{acme}' and number < 3;
set session authorization ringfence_app;
select ringfence.reserve_ticket_numbers(3);

-- try agent: one more than that
reset session authorization;
update ringfence.tickets set number = case number when 1 then 101 else 10102 end where tenant_id = '{acme}' and number < 3;
set session authorization ringfence_app;
select ringfence.reserve_ticket_numbers(3);

-- try agent: past one lot into another
reset session authorization;
update ringfence.tickets set number = case number when 1 then 101 when 2 then 10101 when 3 then 10104 else number end where tenant_id = '{acme}';
set session authorization ringfence_app;
select ringfence.reserve_ticket_numbers(3);

-- root: an id begins with the time, says so, and is another each time
select string_agg(distinct concat_ws(' ', substr(i.id, 15, 1), substr(i.id, 20, 1) ~ '[89ab]', abs(('x0000' || replace(left(i.id, 13), '-', ''))::bit(64)::bigint - extract(epoch from clock_timestamp()) * 1000) < 10000), ', '),
       count(distinct i.id), count(distinct substr(i.id, 16, 3)) > 50, count(distinct right(i.id, 12))
  from (select ringfence.new_id()::text as id from generate_series(1, 100)) i;

-- root: the ids of the trail are the same
insert into ringfence.audit_inbox (request_id, action, decision, rule, actor_kind, object_type) values ('{r_one}', 'tenant.listed', 'allow', 'operator', 'operator', 'tenant')
returning concat_ws(' ', substr(event_id::text, 15, 1), substr(event_id::text, 20, 1) ~ '[89ab]', abs(('x0000' || replace(left(event_id::text, 13), '-', ''))::bit(64)::bigint - extract(epoch from clock_timestamp()) * 1000) < 10000);
