//! Roles of a tenant's own making: sets of permissions under a name. The doors see to it that nobody makes more than they hold.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record};
use crate::{Database, Entered, Principal, StoreError, TenantTx};
use ringfence_domain::{RoleId, TenantRole, permission};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("roles/get.sql");
const CREATE: crate::Sql = crate::sql!("roles/create.sql");
const CHANGE: crate::Sql = crate::sql!("roles/change.sql");
const REMOVE: crate::Sql = crate::sql!("roles/remove.sql");
const LIST: crate::Template = crate::template!("roles/list.sql");

/// A read in one flush.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get(database: &Database, principal: &Principal, role: RoleId) -> Result<(Entered, Option<TenantRole>), StoreError> {
    record::get(database, principal, GET, &[&role.0]).await
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, role: RoleId) -> Result<Option<TenantRole>, StoreError> {
    record::one(tx, GET, &[&role.0]).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, keyset: &Keyset) -> Result<Page<TenantRole>, StoreError> {
    record::list(tx, LIST, Narrowed::default(), keyset).await
}

/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn create(tx: &mut TenantTx, role: RoleId, name: &str, permissions: &[String]) -> Result<TenantRole, StoreError> {
    record::made(tx, CREATE, &[&role.0, &name, &permissions], permission::ROLE_MANAGE).await
}

/// Applies a merge patch to the version expected. None: nothing matched.
///
/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn change(tx: &mut TenantTx, role: RoleId, version: i32, patch: &Value) -> Result<Option<TenantRole>, StoreError> {
    record::one(tx, CHANGE, &[&role.0, &version, patch]).await
}

/// False: nothing matched.
///
/// # Errors
/// `in_use` while a member holds it.
pub async fn remove(tx: &mut TenantTx, role: RoleId, version: Option<i32>) -> Result<bool, StoreError> {
    record::hit(tx, REMOVE, &[&role.0, &version]).await
}

impl Record for TenantRole {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            role_id: row.try_get::<_, Uuid>("role_id")?.into(),
            name: row.try_get("name")?,
            permissions: row.try_get("permissions")?,
            version: row.try_get("version")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}
