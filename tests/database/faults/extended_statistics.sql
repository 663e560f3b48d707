-- Seeds: extended statistics are kept over tenant tables. Rolled back by the test.
create statistics ringfence.tickets_state (mcv) on status, priority from ringfence.tickets;
