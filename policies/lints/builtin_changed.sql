-- level: error
-- title: Something of PostgreSQL's own was changed
-- why: policies, the context and their checks are made of these, and everybody may read the system's views: whoever owns or replaces one decides what they say, or reads as its owner.
select o.object, o.detail, 'make a new cluster and restore the data into it; nothing here can be believed' as remedy
  from (select f.oid::regprocedure::text, case when f.proowner <> 10 then format('owned by %s', f.proowner::regrole) else 'not as the server brought it' end
          from pg_catalog.pg_proc f
          join pg_catalog.pg_language l on l.oid = f.prolang
         -- Those that the server has in SQL, the same from 15 to 18: one done by C and now in SQL is inlined, and says what it likes.
         cross join (select array[879, 880, 1176, 1215, 1216, 1285, 1290, 1296, 1298, 1305, 1306, 1307, 1309, 1310, 1311, 1348, 1384, 1386, 1426, 1481, 1544, 1708,
                                  1710, 1741, 1810, 1811, 1812, 1848, 1993, 2003, 2004, 2042, 2043, 2044, 2059, 2074, 2325, 2546, 2547, 2548, 2549, 2550, 2631,
                                  2932, 3050, 3935, 3936, 5023, 6183, 6184]::oid[]) as known (sql_functions)
         where f.oid < 16384 and f.pronamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
           -- Its four costs: what costs less is asked first.
           and (f.proowner <> 10 or f.prosecdef or f.proconfig is not null or f.procost not in (1, 10, 100, 1000) or l.lanname not in ('internal', 'c', 'sql')
                or f.pronamespace = 'pg_catalog'::regnamespace and l.lanname = 'sql'
                   and (f.oid <> all (sql_functions) or f.prosqlbody is null and f.oid not in (1285, 1290, 2003, 2004))
                or l.lanname = 'c' and f.probin !~ '^\$libdir/[a-z0-9_]+$'
                or exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = f.oid and d.refobjid >= 16384))
        union all
        select o.oid::regoperator::text, case when o.oprowner <> 10 then format('owned by %s', o.oprowner::regrole) else format('done by %s', o.oprcode) end
          from pg_catalog.pg_operator o
         where o.oid < 16384 and (o.oprowner <> 10 or o.oprcode::oid >= 16384)
        union all
        select c.oid::regclass::text, case when c.relowner <> 10 then format('owned by %s', c.relowner::regrole) else 'has row security' end
          from pg_catalog.pg_class c
         where c.oid < 16384 and (c.relowner <> 10 or c.relrowsecurity)
        union all
        -- A rule made anew keeps its id; what it now reads is noted.
        select distinct r.ev_class::regclass::text, format('its rule %s is not as the server brought it', r.rulename)
          from pg_catalog.pg_rewrite r
          left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
         where r.ev_class < 16384 and (r.oid >= 16384 or d.refobjid >= 16384)
        union all
        select t.tgrelid::regclass::text, format('has the trigger %s', t.tgname) from pg_catalog.pg_trigger t where t.tgrelid < 16384
        union all
        select pg_describe_object(x.class, x.id, 0), format('owned by %s', x.owner::regrole)
          from (select 'pg_catalog.pg_type'::regclass, t.oid, t.typowner from pg_catalog.pg_type t
                union all
                select 'pg_catalog.pg_collation'::regclass, c.oid, c.collowner from pg_catalog.pg_collation c
                union all
                select 'pg_catalog.pg_conversion'::regclass, c.oid, c.conowner from pg_catalog.pg_conversion c
                union all
                select 'pg_catalog.pg_opclass'::regclass, c.oid, c.opcowner from pg_catalog.pg_opclass c
                union all
                select 'pg_catalog.pg_opfamily'::regclass, f.oid, f.opfowner from pg_catalog.pg_opfamily f
                union all
                select 'pg_catalog.pg_ts_config'::regclass, c.oid, c.cfgowner from pg_catalog.pg_ts_config c
                union all
                select 'pg_catalog.pg_ts_dict'::regclass, d.oid, d.dictowner from pg_catalog.pg_ts_dict d
                union all
                select 'pg_catalog.pg_language'::regclass, l.oid, l.lanowner from pg_catalog.pg_language l
                union all
                select 'pg_catalog.pg_tablespace'::regclass, s.oid, s.spcowner from pg_catalog.pg_tablespace s) as x (class, id, owner)
         where x.id < 16384 and x.owner <> 10
        union all
        select 'schema ' || n.oid::regnamespace, format('owned by %s', n.nspowner::regrole)
          from pg_catalog.pg_namespace n
         where n.nspname in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspowner <> 10) as o (object, detail)
