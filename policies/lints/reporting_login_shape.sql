-- level: error
-- title: An analyst's login is not of the fixed shape
-- why: logins are made by one function: opaque name, no attributes, few connections; their own settings are looked at by reporting_login_changed.
select r.rolname::text as object,
       concat_ws(', ', case when r.rolname !~ '^r_[0-9a-f]{20}$' then 'the name is not opaque' end,
                 case when r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication then 'has attributes' end,
                 case when not r.rolinherit then 'does not inherit its door' end,
                 case when r.rolconnlimit not between 0 and 20 then 'has no connection limit' end,
                 case when m.admin_option then 'may let others in by its door' end,
                 case when c.said is not null then 'has a comment, which everybody reads' end) as detail,
       'drop it, `ringfence migrate`, and make another with `ringfence report-role create`' as remedy
  from pg_catalog.pg_auth_members m
  join pg_catalog.pg_roles r on r.oid = m.member
 cross join lateral (select shobj_description(r.oid, 'pg_authid')) as c (said)
 where m.roleid = to_regrole('ringfence_reporting') and r.rolcanlogin and not r.rolsuper
   and (r.rolname !~ '^r_[0-9a-f]{20}$' or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication or not r.rolinherit
        or r.rolconnlimit not between 0 and 20 or m.admin_option or c.said is not null)
