-- Seeds: the server's log would keep what people wrote. Rolled back by the test.
set local log_statement = 'all';
