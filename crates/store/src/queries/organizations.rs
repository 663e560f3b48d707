//! Organizations: companies and departments that contacts belong to. The doors decide who may read and change them.

use super::page::{Keyset, Page};
use crate::statement::Param;
use crate::{Access, Database, Entered, Principal, Refusal, StoreError, Template, TenantTx};
use ringfence_domain::{Organization, OrganizationId, permission};
use serde_json::Value;
use std::collections::BTreeMap;
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("organizations/get.sql");
const CREATE: crate::Sql = crate::sql!("organizations/create.sql");
const CHANGE: crate::Sql = crate::sql!("organizations/change.sql");
const REMOVE: crate::Sql = crate::sql!("organizations/remove.sql");
const LIST: Template = Template::new(include_str!("../../../../sql/queries/organizations/list.sql"));

/// The filters of a list; each narrows what the doors let through.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Filter {
    pub external_source: Option<String>,
    pub external_id: Option<String>,
}

/// An organization to be; its id is made by the caller, so that a retry makes the same one.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    pub organization_id: OrganizationId,
    pub name: String,
    pub external_source: Option<String>,
    pub external_id: Option<String>,
}

/// A read in one flush.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get(database: &Database, principal: &Principal, organization: OrganizationId) -> Result<(Entered, Option<Organization>), StoreError> {
    let tx = TenantTx::open(database, principal, Access::Read).await?;
    let tenant = tx.tenant_id();
    let (entered, rows) = tx.query_and_commit(GET, &[&tenant, &organization.0]).await?;
    Ok((entered, rows.first().map(from_row).transpose()?))
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, organization: OrganizationId) -> Result<Option<Organization>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(GET, &[&tenant, &organization.0]).await?;
    rows.first().map(from_row).transpose()
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, filter: &Filter, keyset: &Keyset) -> Result<Page<Organization>, StoreError> {
    let tenant = tx.tenant_id();
    let edge = keyset.edge();
    let mut values: BTreeMap<&'static str, Param<'_>> = BTreeMap::new();
    values.insert("tenant_id", &tenant);
    edge.values(&mut values);
    let mut chosen: Vec<&str> = edge.lines().collect();
    for (name, text) in [("external_source", &filter.external_source), ("external_id", &filter.external_id)] {
        if let Some(text) = text {
            chosen.push(name);
            values.insert(name, text);
        }
    }
    let rows = tx.query_composed(&LIST.compose(&chosen, &values)).await?;
    Ok(keyset.page(rows.iter().map(from_row).collect::<Result<_, _>>()?))
}

/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn create(tx: &mut TenantTx, new: &NewOrganization) -> Result<Organization, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(CREATE, &[&tenant, &new.organization_id.0, &new.name, &new.external_source, &new.external_id]).await?;
    rows.first().map(from_row).transpose()?.ok_or(Refusal::Forbidden { permission: permission::ORGANIZATION_CHANGE }.into())
}

/// Applies a merge patch to the version expected. None: nothing matched.
///
/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn change(tx: &mut TenantTx, organization: OrganizationId, version: i32, patch: &Value) -> Result<Option<Organization>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(CHANGE, &[&tenant, &organization.0, &version, patch]).await?;
    rows.first().map(from_row).transpose()
}

/// False: nothing matched.
///
/// # Errors
/// `in_use` while a contact or ticket refers to it.
pub async fn remove(tx: &mut TenantTx, organization: OrganizationId, version: Option<i32>) -> Result<bool, StoreError> {
    let tenant = tx.tenant_id();
    Ok(!tx.query(REMOVE, &[&tenant, &organization.0, &version]).await?.is_empty())
}

fn from_row(row: &Row) -> Result<Organization, StoreError> {
    Ok(Organization {
        organization_id: row.try_get::<_, Uuid>("organization_id")?.into(),
        name: row.try_get("name")?,
        external_source: row.try_get("external_source")?,
        external_id: row.try_get("external_id")?,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
