-- What remains of a membership that ended.

-- The version that the last one ended with: a later one of the same person goes on from there.
alter table ringfence.contacts add column member_version integer not null default 0;

-- Whoever ends it makes the identity provider's user inactive from now on; those of before are still shown as active.
alter table ringfence.scim_users no force row level security;
alter table ringfence.members no force row level security;
update ringfence.scim_users u set active = false, version = u.version + 1, updated_at = transaction_timestamp()
 where u.active and not exists (select from ringfence.members m where m.tenant_id = u.tenant_id and m.member_id = u.contact_id);
alter table ringfence.scim_users force row level security;
alter table ringfence.members force row level security;
