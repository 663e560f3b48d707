-- Seeds: a relation of a kind that escapes policies. Rolled back by the test.
create materialized view reporting.everything as select * from ringfence.tickets;
