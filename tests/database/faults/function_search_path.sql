-- Seeds: a function's search_path is not pinned. Rolled back by the test.
alter function ringfence.enter(text) set search_path = '';
