-- Seeds: statistics are kept of what a person wrote. Rolled back by the test.
alter table ringfence.tickets alter column subject set statistics 100;
