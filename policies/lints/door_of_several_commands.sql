-- level: error
-- title: A door is for all commands
-- why: a door for ALL written to let somebody read lets them delete as well; each door names one command.
select format('%s on %s', p.polname, p.polrelid::regclass) as object, 'permissive for all commands' as detail,
       'make one door for each command' as remedy
  from pg_catalog.pg_policy p
  join pg_catalog.pg_class c on c.oid = p.polrelid
 where c.relnamespace = to_regnamespace('ringfence') and p.polpermissive and p.polcmd = '*'
