-- Waits until whoever provisions in this tenant is done, and has others wait until this transaction is. No row without the right. $1 tenant_id.
select p.tenant_id from ringfence.provisioning_turn() p (tenant_id) where p.tenant_id = $1
