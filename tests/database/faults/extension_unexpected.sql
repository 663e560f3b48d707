-- Seeds: an unexpected extension is installed. Rolled back by the test.
insert into pg_catalog.pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
values (999999, 'dblink', 10, 'pg_catalog'::regnamespace, false, '1.2');
