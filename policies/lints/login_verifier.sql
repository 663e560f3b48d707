-- level: warning
-- title: A login's password is kept as MD5
-- why: what is kept is enough to log in with: who reads a backup of pg_authid, or the wire, needs no password.
-- reads: pg_catalog.pg_authid
select a.rolname::text as object, 'its verifier is MD5' as detail,
       'set password_encryption = ''scram-sha-256'', and run `ringfence migrate`; make an analyst another login' as remedy
  from pg_catalog.pg_authid a
 where a.rolpassword ~ '^md5'
   and (a.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_backup')
        or exists (select from pg_catalog.pg_auth_members m where m.member = a.oid and m.roleid = to_regrole('ringfence_reporting')))
