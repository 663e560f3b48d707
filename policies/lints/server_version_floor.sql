-- level: error
-- about: server
-- title: The server is older than a fix that row security needs
-- why: CVE-2024-10976 reused a plan under another role, CVE-2025-8713 showed statistics past a policy; below 15 there is no security_invoker.
-- fault: replace "current_setting('server_version_num')" with "'150013'"
select 'PostgreSQL ' || v.major || '.' || v.minor as object,
       coalesce('fixed in ' || v.major || '.' || f.minor, 'PostgreSQL 15 to 18 are supported') as detail,
       'update the server' as remedy
  from (select n / 10000, n % 10000 from (select current_setting('server_version_num')::int) as x (n)) as v (major, minor)
  left join (values (15, 14), (16, 10), (17, 6), (18, 0)) as f (major, minor) on f.major = v.major
 where v.major < 15 or v.minor < f.minor
