-- Seeds: another role stands above the walls. Rolled back by the test.
create role stranger login createrole;
