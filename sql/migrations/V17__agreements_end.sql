-- The service tells time up to here (RFC 3339 has years of four digits); what it cannot tell must not come in with a partner's word either.
alter table ringfence.agreements no force row level security;
update ringfence.agreements set expires_at = least(greatest(expires_at, '0001-01-02 00:00:00+00'), '9999-12-30 22:00:00+00')
 where expires_at not between '0001-01-02 00:00:00+00' and '9999-12-30 22:00:00+00';
alter table ringfence.agreements force row level security;
alter table ringfence.agreements add constraint agreements_expire_in_time check (expires_at between '0001-01-02 00:00:00+00' and '9999-12-30 22:00:01+00');
