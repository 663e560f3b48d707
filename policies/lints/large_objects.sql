-- level: error
-- title: Large objects are present
-- why: large objects have no tenant and no policy.
select format('large object %s', l.oid) as object, format('owned by %s', pg_get_userbyid(l.lomowner)) as detail,
       'keep bytes in tenant tables; lo_unlink() it' as remedy
  from pg_catalog.pg_largeobject_metadata l
