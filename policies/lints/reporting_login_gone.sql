-- level: error
-- reads: ringfence.reporting_logins
-- title: The map of analysts' logins names a role that is not one
-- why: a role made later under a name left in the map would inherit that tenant.
select 'ringfence.reporting_logins: ' || quote_ident(l.login) as object,
       case when r.oid is null then 'there is no such role' else 'the role is not a member of ringfence_reporting' end as detail,
       case when r.oid is null then '`ringfence migrate` takes it out of the map'
            else format('drop role %I; then `ringfence migrate` takes it out of the map', r.rolname) end as remedy
  from ringfence.reporting_logins l
  left join pg_catalog.pg_roles r on r.rolname = l.login
 where r.oid is null
    or not exists (select from pg_catalog.pg_auth_members m where m.member = r.oid and m.roleid = to_regrole('ringfence_reporting'))
