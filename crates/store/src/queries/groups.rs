//! Groups: the queues of a tenant. Each statement is a file; the doors decide who may read and manage them.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record};
use crate::{Database, Entered, Principal, StoreError, TenantTx};
use ringfence_domain::{Group, GroupId, permission};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("groups/get.sql");
const CREATE: crate::Sql = crate::sql!("groups/create.sql");
const CHANGE: crate::Sql = crate::sql!("groups/change.sql");
const REMOVE: crate::Sql = crate::sql!("groups/remove.sql");
const LIST: crate::Template = crate::template!("groups/list.sql");

/// A read in one flush.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get(database: &Database, principal: &Principal, group: GroupId) -> Result<(Entered, Option<Group>), StoreError> {
    record::get(database, principal, GET, &[&group.0]).await
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, group: GroupId) -> Result<Option<Group>, StoreError> {
    record::one(tx, GET, &[&group.0]).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, keyset: &Keyset) -> Result<Page<Group>, StoreError> {
    record::list(tx, LIST, Narrowed::default(), keyset).await
}

/// Those of these that the caller sees.
///
/// # Errors
/// When the database cannot be asked.
pub async fn of_ids(tx: &mut TenantTx, ids: &Vec<Uuid>) -> Result<Vec<Group>, StoreError> {
    record::of_ids(tx, LIST, ids).await
}

/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn create(tx: &mut TenantTx, group: GroupId, name: &str) -> Result<Group, StoreError> {
    record::made(tx, CREATE, &[&group.0, &name], permission::GROUP_MANAGE).await
}

/// Applies a merge patch to the version expected. None: nothing matched.
///
/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn change(tx: &mut TenantTx, group: GroupId, version: i32, patch: &Value) -> Result<Option<Group>, StoreError> {
    record::one(tx, CHANGE, &[&group.0, &version, patch]).await
}

/// False: nothing matched.
///
/// # Errors
/// `in_use` while a ticket is in the group.
pub async fn remove(tx: &mut TenantTx, group: GroupId, version: Option<i32>) -> Result<bool, StoreError> {
    record::hit(tx, REMOVE, &[&group.0, &version]).await
}

impl Record for Group {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            group_id: row.try_get::<_, Uuid>("group_id")?.into(),
            name: row.try_get("name")?,
            version: row.try_get("version")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}
