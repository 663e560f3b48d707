-- Whose users are provisioned, and as what. $1 tenant_id.
select s.issuer, s.default_role, s.role_map, s.version, s.created_at, s.updated_at
  from ringfence.provisioning_settings s
 where s.tenant_id = $1
