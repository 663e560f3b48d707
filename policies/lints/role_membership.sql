-- level: error
-- title: A role of the installation is a member of another role
-- why: a login that may SET ROLE, or inherits, has two sets of rights: the owner can un-force a policy, another tenant's login is another tenant.
select member.rolname::text as object, format('is a member of %s', granted.rolname) as detail,
       format('revoke %I from %I', granted.rolname, member.rolname) as remedy
  from pg_catalog.pg_auth_members m
  join pg_catalog.pg_roles member on member.oid = m.member
  join pg_catalog.pg_roles granted on granted.oid = m.roleid
 where (member.rolname in ('ringfence_owner', 'ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator',
                           'ringfence_provisioner', 'ringfence_gate', 'ringfence_reporting', 'ringfence_backup')
        or pg_has_role(member.oid, to_regrole('ringfence_reporting')::oid, 'member') and not member.rolsuper and not member.rolcreaterole)
   and (granted.rolname, member.rolname) not in (('ringfence_reporting', 'ringfence_provisioner'), ('pg_read_all_data', 'ringfence_backup'))
   and not (granted.rolname = 'ringfence_reporting' and member.rolname ~ '^r_[0-9a-f]{20}$')
   -- Who makes an analyst's login ends its sessions too. Nobody becomes the provisioner, and the wall asks for session_user.
   and not (member.rolname = 'ringfence_provisioner' and granted.rolname ~ '^r_[0-9a-f]{20}$')
