-- By which issuers the tenant is entered; for who may read settings. $1 tenant_id.
select t.required_issuers, t.sign_in_version as version
  from ringfence.tenants t
 where t.tenant_id = $1 and ringfence.may('settings.read')
