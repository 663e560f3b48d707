-- level: error
-- title: A function or operator of PostgreSQL's own was changed
-- why: policies, the context and their checks are made of these; whoever owns or replaces one decides what they say.
select o.object, o.detail, 'make a new cluster and restore the data into it; nothing here can be believed' as remedy
  from (select f.oid::regprocedure::text, case when f.proowner <> 10 then format('owned by %s', f.proowner::regrole) else 'not as the server brought it' end
          from pg_catalog.pg_proc f
          join pg_catalog.pg_language l on l.oid = f.prolang
         where f.oid < 16384 and f.pronamespace = 'pg_catalog'::regnamespace
           and (f.proowner <> 10 or f.prosecdef or f.proconfig is not null or l.lanname not in ('internal', 'c', 'sql'))
        union all
        select o.oid::regoperator::text, case when o.oprowner <> 10 then format('owned by %s', o.oprowner::regrole) else format('done by %s', o.oprcode) end
          from pg_catalog.pg_operator o
         where o.oid < 16384 and (o.oprowner <> 10 or o.oprcode::oid >= 16384)) as o (object, detail)
