-- Seeds: a function sets something other than its search_path. Rolled back by the test.
alter function ringfence.find_tenant(text) set row_security = off;
