-- What a statement may learn from a key, and what may be written that another step cannot carry.

-- A tenant is found by its whole name: a range over an ordered index tells by its plan how others are called.
alter table ringfence.tenants drop constraint tenants_slug_key;
alter table ringfence.tenants add constraint tenants_slug_key exclude using hash (slug with =);

-- Words as in tags: whoever carries a ticket to another tenant writes them there too, and must not fail on them for ever.
alter table ringfence.tickets add constraint tickets_tags_are_words check (
    array_to_string(tags, ' ', ',') ~ '^([^\s,]{1,64}( [^\s,]{1,64})*)?$'
    and cardinality(string_to_array(array_to_string(tags, ' '), ' ')) = cardinality(tags));

-- As ringfence.new_id() makes them, which is not there yet.
alter table ringfence.audit_inbox alter column event_id set default
    encode(overlay(set_bit(set_bit(uuid_send(gen_random_uuid()), 52, 1), 53, 1)
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 'hex')::uuid;
