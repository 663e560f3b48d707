-- Whose session or API token a secret is or was. $1 a token of the purpose credential.known, of the tenant_id in it or of none.
select credential_id, identity_id from ringfence.known_credential($1)
