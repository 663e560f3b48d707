-- A person and the member they are: two rows under one id. Whoever needs both holds the person first, then the member, then the
-- identity provider's user and the tickets; so nobody waits for somebody who waits for them.

-- The person, held until the transaction ends; nulls where there is none.
create function ringfence.hold_person(person uuid) returns ringfence.contacts
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
declare
    held ringfence.contacts;
begin
    select c.* into held from ringfence.contacts c where c.tenant_id = ringfence.current_tenant() and c.contact_id = person for no key update;
    return held;
end
$$;

-- The version that a membership of this person begins with: above every one that an earlier membership had, so that no entity tag of
-- then is one of now.
create function ringfence.first_version(person uuid) returns integer
language plpgsql volatile parallel unsafe set search_path = pg_catalog, pg_temp
as $$
declare
    held ringfence.contacts := ringfence.hold_person(person);
begin
    return coalesce(held.member_version, 0) + 1;
end
$$;

-- A member is shown by the name and address of the person: where those changed, the member's version goes on as well. The new one, or null
-- for who is no member. Whoever may change a person may not be one who may change members; the contact's own doors decided already.
create function ringfence.touch_member(person uuid) returns integer
language plpgsql volatile parallel unsafe security definer set search_path = pg_catalog, pg_temp
as $$
declare
    reached integer;
begin
    update ringfence.members m set version = m.version + 1, updated_at = transaction_timestamp()
     where m.tenant_id = ringfence.current_tenant() and m.member_id = person and ringfence.may('contact.change')
       and exists (select from ringfence.contacts c where c.tenant_id = m.tenant_id and c.contact_id = m.member_id and c.updated_at = transaction_timestamp())
    returning m.version into reached;
    return reached;
end
$$;

grant execute on function ringfence.hold_person(uuid), ringfence.first_version(uuid), ringfence.touch_member(uuid) to ringfence_app;
