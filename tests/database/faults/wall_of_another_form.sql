-- Seeds: a restrictive policy is not the common wall. Rolled back by the test.
create policy tickets_not_closed on ringfence.tickets as restrictive for update to ringfence_app using (status <> 'closed');
