-- level: error
-- title: A stranger is a member of a role of the installation
-- why: a member becomes the role by SET ROLE, and no pool or token stands in between.
select granted.rolname::text as object, format('has the member %s', member.rolname) as detail,
       format('revoke %I from %I', granted.rolname, member.rolname) as remedy
  from pg_catalog.pg_auth_members m
  join pg_catalog.pg_roles member on member.oid = m.member
  join pg_catalog.pg_roles granted on granted.oid = m.roleid
 where granted.rolname in ('ringfence_owner', 'ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator',
                           'ringfence_provisioner', 'ringfence_gate', 'ringfence_reporting', 'ringfence_backup')
   -- An administrator is one who could anyhow; an analyst's login is looked at by its shape.
   and not member.rolsuper and not (member.rolcreaterole and member.rolname <> 'ringfence_provisioner')
   and not (granted.rolname = 'ringfence_reporting' and (member.rolname = 'ringfence_provisioner' or member.rolname ~ '^r_[0-9a-f]{20}$'))
