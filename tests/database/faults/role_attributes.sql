-- Seeds: a role of the installation has the wrong attributes. Rolled back by the test.
alter role ringfence_app bypassrls;
