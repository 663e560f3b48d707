-- level: warning
-- title: A login of the service is valid no more
-- why: its next connection is refused, and what it does stops: requests, the trail, or what crosses between tenants.
select 'role ' || quote_ident(r.rolname) as object, format('valid until %s', r.rolvaliduntil) as detail,
       format('alter role %I valid until ''infinity''', r.rolname) as remedy
  from pg_catalog.pg_roles r
 where r.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator') and r.rolvaliduntil < now()
