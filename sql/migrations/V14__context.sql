-- The context stands in one protected setting (policies/functions/context.sql), so an audit row's defaults are read from there: by
-- built-in functions alone, for ours are stated anew with policies/.

alter table ringfence.audit_inbox
    alter column request_id set default nullif(split_part(current_setting('backtrace_functions'), chr(10), 6), '')::uuid,
    alter column actor_id set default nullif(split_part(current_setting('backtrace_functions'), chr(10), 5), '')::uuid,
    alter column identity_id set default nullif(split_part(current_setting('backtrace_functions'), chr(10), 3), '')::uuid,
    alter column on_behalf_of set default nullif(nullif(split_part(current_setting('backtrace_functions'), chr(10), 4),
        split_part(current_setting('backtrace_functions'), chr(10), 5)), '')::uuid,
    alter column actor_kind set default split_part(current_setting('backtrace_functions'), chr(10), 7),
    alter column session_id set default nullif(convert_from(decode(split_part(current_setting('backtrace_functions'), chr(10), 8), 'hex'), 'UTF8'), ''),
    alter column authentication set default nullif(convert_from(decode(split_part(current_setting('backtrace_functions'), chr(10), 9), 'hex'), 'UTF8'), '');
