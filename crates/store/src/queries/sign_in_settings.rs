//! By which issuers a tenant is entered. The database lets nobody shut themselves out.

use super::record::{self, Record};
use crate::{Database, Entered, Principal, Refusal, StoreError, TenantTx};
use ringfence_domain::permission;
use tokio_postgres::Row;

const GET: crate::Sql = crate::sql!("sign_in_settings/get.sql");
const CHANGE: crate::Sql = crate::sql!("sign_in_settings/change.sql");

#[derive(Debug, Clone)]
pub struct SignInSettings {
    /// None: every issuer that the installation trusts.
    pub required_issuers: Option<Vec<String>>,
    pub version: i32,
}

/// None: the caller may not read settings.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get(database: &Database, principal: &Principal) -> Result<(Entered, Option<SignInSettings>), StoreError> {
    record::get(database, principal, GET, &[]).await
}

/// # Errors
/// `own_issuer_missing`, another version, or no permission.
pub async fn change(tx: &mut TenantTx, issuers: Option<&Vec<String>>, expected: i32) -> Result<SignInSettings, StoreError> {
    let rows = record::rows(tx, CHANGE, &[&issuers, &expected]).await?;
    if let Some(row) = rows.first() {
        let version: i32 = row.try_get("version")?;
        if version < 0 {
            return Err(Refusal::Conflict { code: "own_issuer_missing", message: "nobody shuts themselves out" }.into());
        }
        return Ok(SignInSettings { required_issuers: issuers.cloned(), version });
    }
    if !tx.enter().await?.permissions.has(permission::SETTINGS_CHANGE) {
        return Err(Refusal::Forbidden { permission: permission::SETTINGS_CHANGE }.into());
    }
    let current = record::one(tx, GET, &[]).await?.map_or(0, |standing: SignInSettings| standing.version);
    Err(Refusal::VersionMismatch { current }.into())
}

impl Record for SignInSettings {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { required_issuers: row.try_get("required_issuers")?, version: row.try_get("version")? })
    }
}
