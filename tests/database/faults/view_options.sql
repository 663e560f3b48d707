-- Seeds: a view does not run with its reader's rights. Rolled back by the test.
alter view reporting.tickets reset (security_invoker);
