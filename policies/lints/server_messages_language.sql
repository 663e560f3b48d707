-- level: error
-- about: server
-- title: The server does not speak English
-- why: what a violated key means, "in use" or "names nothing", stands in the server's message alone; in another language a 409 would be a 400.
-- fault: replace "current_setting('lc_messages')" with "'de_DE.UTF-8'"
select 'lc_messages' as object, 'is another language than English' as detail,
       'alter database ... set lc_messages = ''C''' as remedy
 where current_setting('lc_messages') !~ '^(C|POSIX|en)?(\M|_|$)'
