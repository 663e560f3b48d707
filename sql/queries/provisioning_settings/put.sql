-- Sets them for the first time, or anew where the expected version stands. $1 tenant_id, $2 issuer, $3 default_role, $4 role_map,
-- $5 version expected, or null for none.
with s as (
    insert into ringfence.provisioning_settings as p (tenant_id, issuer, default_role, role_map)
    select $1, $2, $3, $4 where $5::integer is null or exists (select from ringfence.provisioning_settings c where c.tenant_id = $1)
        on conflict on constraint provisioning_settings_pkey do update
       set issuer = excluded.issuer, default_role = excluded.default_role, role_map = excluded.role_map, version = p.version + 1, updated_at = transaction_timestamp()
     where p.version = $5
    returning *
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select s.tenant_id, 'provisioning.settings_set', 'allow', 'owner.manage', 'provisioning_settings', s.tenant_id, s.version,
           jsonb_build_object('default_role', s.default_role, 'roles', (select jsonb_agg(distinct r.value) from jsonb_each(s.role_map) r))
      from s
)
select s.issuer, s.default_role, s.role_map, s.version, s.created_at, s.updated_at from s
