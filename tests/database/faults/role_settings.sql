-- Seeds: a role of the installation has settings of its own. Rolled back by the test.
alter role ringfence_app set search_path = public;
