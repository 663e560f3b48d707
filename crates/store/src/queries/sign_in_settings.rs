//! By which issuers a tenant is entered. The database lets nobody shut themselves out.

use crate::{Access, Database, Entered, Principal, Refusal, StoreError, TenantTx};
use ringfence_domain::permission;

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
    let tx = TenantTx::open(database, principal, Access::Read).await?;
    let tenant = tx.tenant_id();
    let (entered, rows) = tx.query_and_commit(GET, &[&tenant]).await?;
    let settings = rows.first().map(|row| Ok::<_, StoreError>(SignInSettings { required_issuers: row.try_get("required_issuers")?, version: row.try_get("version")? }));
    Ok((entered, settings.transpose()?))
}

/// # Errors
/// `own_issuer_missing`, another version, or no permission.
pub async fn change(tx: &mut TenantTx, issuers: Option<&Vec<String>>, expected: i32) -> Result<SignInSettings, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(CHANGE, &[&tenant, &issuers, &expected]).await?;
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
    let rows = tx.query(GET, &[&tenant]).await?;
    let current = rows.first().map(|row| row.try_get("version")).transpose()?.unwrap_or_default();
    Err(Refusal::VersionMismatch { current }.into())
}
