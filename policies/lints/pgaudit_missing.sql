-- level: notice
-- about: server
-- title: Statements of analysts are not audited by the server
-- why: what a reporting login runs reaches its tenant's audit through pgaudit alone.
-- fault: replace "'pgaudit'" with "'no such extension'"
select 'extension pgaudit' as object, 'is not installed' as detail, 'install pgaudit and preload it' as remedy
 where not exists (select from pg_catalog.pg_extension e where e.extname = 'pgaudit')
