-- level: notice
-- about: server
-- title: The server runs a command of the machine
-- why: the archive of the log holds every row of all tenants: who wrote the command decides where that goes, and what runs as the server.
-- fault: replace "not in ('', '(disabled)')" with "is not null"
select s.name as object, format('is set: `show %s` tells to what', s.name) as detail, 'know where it sends what, and who may read it there' as remedy
  from pg_catalog.pg_settings s
 where s.name in ('archive_command', 'restore_command', 'archive_cleanup_command', 'recovery_end_command', 'ssl_passphrase_command')
   and s.setting not in ('', '(disabled)')
