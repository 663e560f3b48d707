-- level: error
-- title: Anybody may write functions in a language that reaches the server
-- why: a trusted language is confined to SQL; in any other a function reads files and other sessions as the server itself.
select 'language ' || quote_ident(l.lanname) as object, 'marked trusted' as detail,
       format('create or replace it as its extension has it, without TRUSTED, and revoke usage on language %I from public', l.lanname) as remedy
  from pg_catalog.pg_language l
 where l.lanpltrusted and (l.lanname in ('c', 'internal') or l.lanname ~ 'u$')
