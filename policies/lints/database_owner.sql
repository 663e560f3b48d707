-- level: error
-- title: The database belongs to somebody who is not its administrator
-- why: its owner grants CONNECT, TEMPORARY and CREATE there, sets defaults for every login and drops it; migrate becomes ringfence_owner, so who may do that is the administrator.
select 'database' as object, format('owned by %s', d.datdba::regrole) as detail,
       format('alter database %I owner to ringfence_owner', d.datname) as remedy
  from pg_catalog.pg_database d
 where d.datname = current_database() and to_regrole('ringfence_owner') is not null
   and not pg_has_role(d.datdba, to_regrole('ringfence_owner')::oid, 'member')
