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

/// What an owner says of them.
pub struct NewSettings {
    pub issuer: String,
    pub default_role: &'static str,
    pub role_map: Value,
}

/// Sets them for the first time, or anew where `version` stands.
///
/// # Errors
/// A refusal of the doors or checks; another version, or none where some stand already.
pub async fn put(tx: &mut TenantTx, new: &NewSettings, version: Option<i32>) -> Result<ProvisioningSettings, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(PUT, &[&tenant, &new.issuer, &new.default_role, &new.role_map, &version]).await?;
    if let Some(row) = rows.first() {
        return from_row(row);
    }
    let refusal = match (tx.query(GET, &[&tenant]).await?.first().map(from_row).transpose()?, version) {
        _ if !tx.enter().await?.permissions.has(permission::OWNER_MANAGE) => Refusal::Forbidden { permission: permission::OWNER_MANAGE },
        (None, _) => Refusal::NotFound,
        (Some(standing), Some(_)) => Refusal::VersionMismatch { current: standing.version },
        (Some(_), None) => Refusal::VersionNeeded,
    };
    Err(refusal.into())
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
