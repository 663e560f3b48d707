//! Groups: the queues of a tenant. Each statement is a file; the doors decide who may read and manage them.

use super::page::{Keyset, Page};
use crate::statement::Param;
use crate::{Access, Database, Entered, Principal, Refusal, StoreError, Template, TenantTx};
use ringfence_domain::{Group, GroupId, permission};
use serde_json::Value;
use std::collections::BTreeMap;
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("groups/get.sql");
const CREATE: crate::Sql = crate::sql!("groups/create.sql");
const CHANGE: crate::Sql = crate::sql!("groups/change.sql");
const REMOVE: crate::Sql = crate::sql!("groups/remove.sql");
const LIST: Template = Template::new(include_str!("../../../../sql/queries/groups/list.sql"));

/// A read in one flush.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get(database: &Database, principal: &Principal, group: GroupId) -> Result<(Entered, Option<Group>), StoreError> {
    let tx = TenantTx::open(database, principal, Access::Read).await?;
    let tenant = tx.tenant_id();
    let (entered, rows) = tx.query_and_commit(GET, &[&tenant, &group.0]).await?;
    Ok((entered, rows.first().map(from_row).transpose()?))
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, group: GroupId) -> Result<Option<Group>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(GET, &[&tenant, &group.0]).await?;
    rows.first().map(from_row).transpose()
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, keyset: &Keyset) -> Result<Page<Group>, StoreError> {
    let tenant = tx.tenant_id();
    let edge = keyset.edge();
    let mut values: BTreeMap<&'static str, Param<'_>> = BTreeMap::new();
    values.insert("tenant_id", &tenant);
    edge.values(&mut values);
    let rows = tx.query_composed(&LIST.compose(&edge.lines().collect::<Vec<_>>(), &values)).await?;
    Ok(keyset.page(rows.iter().map(from_row).collect::<Result<_, _>>()?))
}

/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn create(tx: &mut TenantTx, group: GroupId, name: &str) -> Result<Group, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(CREATE, &[&tenant, &group.0, &name]).await?;
    rows.first().map(from_row).transpose()?.ok_or(Refusal::Forbidden { permission: permission::GROUP_MANAGE }.into())
}

/// Applies a merge patch to the version expected. None: nothing matched.
///
/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn change(tx: &mut TenantTx, group: GroupId, version: i32, patch: &Value) -> Result<Option<Group>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(CHANGE, &[&tenant, &group.0, &version, patch]).await?;
    rows.first().map(from_row).transpose()
}

/// False: nothing matched.
///
/// # Errors
/// `in_use` while a ticket is in the group.
pub async fn remove(tx: &mut TenantTx, group: GroupId, version: Option<i32>) -> Result<bool, StoreError> {
    let tenant = tx.tenant_id();
    Ok(!tx.query(REMOVE, &[&tenant, &group.0, &version]).await?.is_empty())
}

fn from_row(row: &Row) -> Result<Group, StoreError> {
    Ok(Group {
        group_id: row.try_get::<_, Uuid>("group_id")?.into(),
        name: row.try_get("name")?,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
