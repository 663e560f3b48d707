//! Organizations: companies and departments that contacts belong to. The doors decide who may read and change them.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record};
use crate::{Database, Entered, Principal, StoreError, TenantTx};
use ringfence_domain::{Organization, OrganizationId, permission};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("organizations/get.sql");
const CREATE: crate::Sql = crate::sql!("organizations/create.sql");
const CHANGE: crate::Sql = crate::sql!("organizations/change.sql");
const REMOVE: crate::Sql = crate::sql!("organizations/remove.sql");
const LIST: crate::Template = crate::template!("organizations/list.sql");

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
    record::get(database, principal, GET, &[&organization.0]).await
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, organization: OrganizationId) -> Result<Option<Organization>, StoreError> {
    record::one(tx, GET, &[&organization.0]).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, filter: &Filter, keyset: &Keyset) -> Result<Page<Organization>, StoreError> {
    let narrowed = Narrowed::default().by("external_source", filter.external_source.as_ref()).by("external_id", filter.external_id.as_ref());
    record::list(tx, LIST, narrowed, keyset).await
}

/// Those of these that the caller sees.
///
/// # Errors
/// When the database cannot be asked.
pub async fn of_ids(tx: &mut TenantTx, ids: &Vec<Uuid>) -> Result<Vec<Organization>, StoreError> {
    record::of_ids(tx, LIST, ids).await
}

/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn create(tx: &mut TenantTx, new: &NewOrganization) -> Result<Organization, StoreError> {
    record::made(tx, CREATE, &[&new.organization_id.0, &new.name, &new.external_source, &new.external_id], permission::ORGANIZATION_CHANGE).await
}

/// Applies a merge patch to the version expected. None: nothing matched.
///
/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn change(tx: &mut TenantTx, organization: OrganizationId, version: i32, patch: &Value) -> Result<Option<Organization>, StoreError> {
    record::one(tx, CHANGE, &[&organization.0, &version, patch]).await
}

/// False: nothing matched.
///
/// # Errors
/// `in_use` while a contact or ticket refers to it.
pub async fn remove(tx: &mut TenantTx, organization: OrganizationId, version: Option<i32>) -> Result<bool, StoreError> {
    record::hit(tx, REMOVE, &[&organization.0, &version]).await
}

impl Record for Organization {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            organization_id: row.try_get::<_, Uuid>("organization_id")?.into(),
            name: row.try_get("name")?,
            external_source: row.try_get("external_source")?,
            external_id: row.try_get("external_id")?,
            version: row.try_get("version")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}
