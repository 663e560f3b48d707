-- level: warning
-- about: server
-- title: The server is behind the newest minor release known, or newer than any tried
-- why: minor releases carry the fixes of the security team; a newer major has not been tried.
-- fault: replace "current_setting('server_version_num')" with "'160010'"
select 'PostgreSQL ' || v.major || '.' || v.minor as object,
       coalesce(v.major || '.' || f.minor || ' is known', 'PostgreSQL 15 to 18 were tried') as detail, 'update the server' as remedy
  from (select n / 10000, n % 10000 from (select current_setting('server_version_num')::int) as x (n)) as v (major, minor)
  left join (values (15, 20), (16, 16), (17, 12), (18, 6)) as f (major, minor) on f.major = v.major
 where v.major >= 15 and (f.minor is null or v.minor < f.minor)
