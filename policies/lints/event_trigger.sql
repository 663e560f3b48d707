-- level: warning
-- title: An event trigger is present
-- why: it runs with the rights of whoever issues a command, the administrator's included.
select e.evtname::text as object, format('on %s, calls %s', e.evtevent, e.evtfoid::regprocedure) as detail,
       'drop it unless the server''s provider put it there' as remedy
  from pg_catalog.pg_event_trigger e
