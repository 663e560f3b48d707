-- level: warning
-- title: Rows leave the server by logical replication
-- why: logical decoding reads every row past every policy.
select o.object, o.detail, 'drop it unless it moves one tenant to its own server, filtered by row' as remedy
  from (select 'publication ' || quote_ident(p.pubname), case when p.puballtables then 'of all tables' else 'of some tables' end from pg_catalog.pg_publication p
        union all
        select 'subscription ' || quote_ident(s.subname), 'writes here past every policy' from pg_catalog.pg_subscription s
         where s.subdbid = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())
        union all
        select 'replication slot ' || quote_ident(l.slot_name), 'decodes this database' from pg_catalog.pg_replication_slots l
         where l.slot_type = 'logical' and l.database = current_database()) as o (object, detail)
