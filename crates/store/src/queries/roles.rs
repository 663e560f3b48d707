//! Roles of a tenant's own making: sets of permissions under a name. The doors see to it that nobody makes more than they hold.

use super::page::{Keyset, Page};
use crate::statement::Param;
use crate::{Access, Database, Entered, Principal, Refusal, StoreError, Template, TenantTx};
use ringfence_domain::{RoleId, TenantRole, permission};
use serde_json::Value;
use std::collections::BTreeMap;
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("roles/get.sql");
const CREATE: crate::Sql = crate::sql!("roles/create.sql");
const CHANGE: crate::Sql = crate::sql!("roles/change.sql");
const REMOVE: crate::Sql = crate::sql!("roles/remove.sql");
const LIST: Template = Template::new(include_str!("../../../../sql/queries/roles/list.sql"));

/// A read in one flush.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get(database: &Database, principal: &Principal, role: RoleId) -> Result<(Entered, Option<TenantRole>), StoreError> {
    let tx = TenantTx::open(database, principal, Access::Read).await?;
    let tenant = tx.tenant_id();
    let (entered, rows) = tx.query_and_commit(GET, &[&tenant, &role.0]).await?;
    Ok((entered, rows.first().map(from_row).transpose()?))
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, role: RoleId) -> Result<Option<TenantRole>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(GET, &[&tenant, &role.0]).await?;
    rows.first().map(from_row).transpose()
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, keyset: &Keyset) -> Result<Page<TenantRole>, StoreError> {
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
pub async fn create(tx: &mut TenantTx, role: RoleId, name: &str, permissions: &[String]) -> Result<TenantRole, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(CREATE, &[&tenant, &role.0, &name, &permissions]).await?;
    rows.first().map(from_row).transpose()?.ok_or(Refusal::Forbidden { permission: permission::ROLE_MANAGE }.into())
}

/// Applies a merge patch to the version expected. None: nothing matched.
///
/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn change(tx: &mut TenantTx, role: RoleId, version: i32, patch: &Value) -> Result<Option<TenantRole>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(CHANGE, &[&tenant, &role.0, &version, patch]).await?;
    rows.first().map(from_row).transpose()
}

/// False: nothing matched.
///
/// # Errors
/// `in_use` while a member holds it.
pub async fn remove(tx: &mut TenantTx, role: RoleId, version: Option<i32>) -> Result<bool, StoreError> {
    let tenant = tx.tenant_id();
    Ok(!tx.query(REMOVE, &[&tenant, &role.0, &version]).await?.is_empty())
}

fn from_row(row: &Row) -> Result<TenantRole, StoreError> {
    Ok(TenantRole {
        role_id: row.try_get::<_, Uuid>("role_id")?.into(),
        name: row.try_get("name")?,
        permissions: row.try_get("permissions")?,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
