//! Whose users a tenant's identity provider provisions, and what they become. Owners set it: the doors see to that.

use super::record::{self, Record};
use crate::{Database, Entered, Principal, Refusal, StoreError, TenantTx};
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
    record::get(database, principal, GET, &[]).await
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
    if let Some(settings) = record::one(tx, PUT, &[&new.issuer, &new.default_role, &new.role_map, &version]).await? {
        return Ok(settings);
    }
    let refusal = match (record::one::<ProvisioningSettings>(tx, GET, &[]).await?, version) {
        _ if !tx.enter().await?.permissions.has(permission::OWNER_MANAGE) => Refusal::Forbidden { permission: permission::OWNER_MANAGE },
        (None, _) => Refusal::NotFound,
        (Some(standing), Some(_)) => Refusal::VersionMismatch { current: standing.version },
        (Some(_), None) => Refusal::VersionNeeded,
    };
    Err(refusal.into())
}

impl Record for ProvisioningSettings {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let map: Value = row.try_get("role_map")?;
        let pairs = map.as_object().into_iter().flatten().filter_map(|(role, here)| Some((role.clone(), here.as_str()?.to_owned())));
        Ok(Self {
            issuer: row.try_get("issuer")?,
            default_role: row.try_get("default_role")?,
            role_map: pairs.collect(),
            version: row.try_get("version")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}
