-- Seeds: a library is loaded into sessions. Rolled back by the test.
set local session_preload_libraries = 'auto_explain';
