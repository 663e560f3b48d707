-- level: error
-- title: A function of PostgreSQL's own has the wrong volatility
-- why: a reader of the context that is called IMMUTABLE keeps the old tenant in a cached plan; what is called PARALLEL SAFE or STRICT changes plans and answers.
with expected (function, volatility, parallel, strict) as (values
    ('current_setting(text)', 's', 's', true), ('current_setting(text,boolean)', 's', 's', true), ('set_config(text,text,boolean)', 'v', 'u', false),
    ('clock_timestamp()', 'v', 's', true), ('statement_timestamp()', 's', 's', true), ('transaction_timestamp()', 's', 's', true), ('now()', 's', 's', true),
    ('pg_current_xact_id()', 's', 'u', true), ('pg_try_advisory_xact_lock(bigint)', 'v', 'r', true), ('gen_random_uuid()', 'v', 's', true), ('textsend(text)', 's', 's', true), ('convert_from(bytea,name)', 's', 's', true),
    ('timestamptz_mi_interval(timestamp with time zone,interval)', 's', 's', true), ('timestamptz_pl_interval(timestamp with time zone,interval)', 's', 's', true),
    ('"extract"(text,timestamp with time zone)', 's', 's', true), ('to_jsonb(anyelement)', 's', 's', true), ('jsonb_build_object("any")', 's', 's', false),
    ('array_cat(anycompatiblearray,anycompatiblearray)', 'i', 's', false), ('string_to_array(text,text)', 'i', 's', false), ('array_agg(anynonarray)', 'i', 's', false),
    ('jsonb_object_agg("any","any")', 'i', 's', false), ('string_agg(text,text)', 'i', 's', false)
), tree (text) as (
    select x.text from pg_catalog.pg_policy p cross join lateral (values (p.polqual::text), (p.polwithcheck::text)) as x (text)
    union all
    select d.adbin::text from pg_catalog.pg_attrdef d
    union all
    select f.prosqlbody::text from pg_catalog.pg_proc f where f.pronamespace = to_regnamespace('ringfence')
), called (id) as (
    select to_regprocedure('pg_catalog.' || e.function)::oid from expected e
    union
    -- What the walls, doors, defaults and readers are made of, as the server keeps them.
    select m[1]::oid from tree t cross join lateral regexp_matches(t.text, ':(?:func|opfunc|aggfno)id ([0-9]+)', 'g') m
)
select f.oid::regprocedure::text as object, format('volatility %s, parallel %s, strict %s', f.provolatile, f.proparallel, f.proisstrict) as detail,
       format('alter function %s %s parallel %s %s', f.oid::regprocedure, case w.volatility when 's' then 'stable' when 'v' then 'volatile' else 'immutable' end,
              case w.parallel when 'u' then 'unsafe' when 'r' then 'restricted' else 'safe' end, case when w.strict then 'strict' else 'called on null input' end) as remedy
  from called c
  join pg_catalog.pg_proc f on f.oid = c.id and f.oid < 16384
  left join expected e on to_regprocedure('pg_catalog.' || e.function) = f.oid
 cross join lateral (select coalesce(e.volatility, 'i'), coalesce(e.parallel, 's'), coalesce(e.strict, true)) as w (volatility, parallel, strict)
 where (f.provolatile::text, f.proparallel::text, f.proisstrict) <> (w.volatility, w.parallel, w.strict)
