-- Seeds: another role bypasses row security. Rolled back by the test.
create role passer bypassrls;
