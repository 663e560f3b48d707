-- level: error
-- title: A login owns an object
-- why: its owner changes it, lets others at it and writes its comment, which every login reads: a note from tenant to tenant, whatever the object.
select pg_describe_object(d.classid, d.objid, d.objsubid) as object, format('owned by %s', d.refobjid::regrole) as detail,
       'drop it, or give it to whom it belongs: alter ... owner to ...' as remedy
  from pg_catalog.pg_shdepend d
  join (select o.oid, o.rolname from pg_catalog.pg_roles o
               where not o.rolsuper
                 and (o.rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_dispatcher', 'ringfence_operator', 'ringfence_reporting', 'ringfence_backup')
                      or pg_has_role(o.oid, to_regrole('ringfence_reporting')::oid, 'usage'))) r on r.oid = d.refobjid
 where d.refclassid = 'pg_catalog.pg_authid'::regclass and d.deptype = 'o'
   and d.dbid in (0, (select b.oid from pg_catalog.pg_database b where b.datname = current_database()))
   -- Its default privileges are another lint's (default_privileges): it may state some, and creates nothing.
   and d.classid <> 'pg_catalog.pg_default_acl'::regclass
   -- Which function the provisioner owns is one's too (definer_owner).
   and not (r.rolname = 'ringfence_provisioner' and d.classid = 'pg_catalog.pg_proc'::regclass)
