-- By which issuers the tenant is entered from now on, with its audit row. $1 tenant_id, $2 issuers or null, $3 version expected.
with s as (
    select t.tenant_id, ringfence.require_issuers($2, $3) as version from ringfence.tenants t where t.tenant_id = $1
), logged as (
    insert into ringfence.audit_inbox (tenant_id, action, decision, rule, object_type, object_id, object_version, details)
    select s.tenant_id, 'sign_in_settings.changed', 'allow', 'settings.change', 'tenant', s.tenant_id, s.version,
           jsonb_build_object('issuers', cardinality($2::text[]))
      from s where s.version > 0
)
select s.version from s where s.version is not null
