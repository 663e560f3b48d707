-- By which issuers the tenant is entered from now on; the function writes the audit row. $1 tenant_id, $2 issuers or null, $3 version expected.
with s as (
    select t.tenant_id, ringfence.require_issuers($2, $3) as version from ringfence.tenants t where t.tenant_id = $1
)
select s.version from s where s.version is not null
