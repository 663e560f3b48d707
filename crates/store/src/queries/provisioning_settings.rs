//! Whose users a tenant's identity provider provisions, and what they become. Owners set it: the doors see to that.

use crate::{Access, Database, Entered, Principal, Refusal, StoreError, TenantTx};
use ringfence_domain::{ProvisioningSettings, permission};
use serde_json::Value;
use tokio_postgres::Row;

const GET: crate::Sql = crate::sql!("provisioning_settings/get.sql");
const PUT: crate::Sql = crate::sql!("provisioning_settings/put.sql");

/// A read in one flush.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get(database: &Database, principal: &Principal) -> Result<(Entered, Option<ProvisioningSettings>), StoreError> {
    let tx = TenantTx::open(database, principal, Access::Read).await?;
    let tenant = tx.tenant_id();
    let (entered, rows) = tx.query_and_commit(GET, &[&tenant]).await?;
    Ok((entered, rows.first().map(from_row).transpose()?))
}

/// # Errors
/// A refusal of the doors or checks.
pub async fn put(tx: &mut TenantTx, issuer: &str, default_role: &str, role_map: &Value) -> Result<ProvisioningSettings, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(PUT, &[&tenant, &issuer, &default_role, role_map]).await?;
    rows.first().map(from_row).transpose()?.ok_or(Refusal::Forbidden { permission: permission::OWNER_MANAGE }.into())
}

fn from_row(row: &Row) -> Result<ProvisioningSettings, StoreError> {
    let map: Value = row.try_get("role_map")?;
    let pairs = map.as_object().into_iter().flatten().filter_map(|(role, here)| Some((role.clone(), here.as_str()?.to_owned())));
    Ok(ProvisioningSettings {
        issuer: row.try_get("issuer")?,
        default_role: row.try_get("default_role")?,
        role_map: pairs.collect(),
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
