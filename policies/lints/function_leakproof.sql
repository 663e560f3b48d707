-- level: error
-- title: A function is marked LEAKPROOF
-- why: a leakproof function runs before the policies do; one that raises, logs or takes its time tells of rows that nobody may see.
select f.oid::regprocedure::text as object, 'is leakproof and not the server''s own' as detail,
       format('alter function %s not leakproof', f.oid::regprocedure) as remedy
  from pg_catalog.pg_proc f
 where f.proleakproof and (f.oid >= 16384 or f.proname in ('texticlike', 'textlike', 'bpchariclike', 'texticregexeq', 'textregexeq', 'ts_match_vq', 'lower'))
