//! Contacts: the people of a tenant, with or without sign-in. Staff see all, everybody else themselves, by the doors.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record};
use crate::{Database, Entered, Principal, StoreError, TenantTx};
use ringfence_domain::{Contact, ContactId, permission};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

const OF_EMAIL: crate::Sql = crate::sql!("contacts/of_email.sql");
const GET: crate::Sql = crate::sql!("contacts/get.sql");
const CREATE: crate::Sql = crate::sql!("contacts/create.sql");
const CHANGE: crate::Sql = crate::sql!("contacts/change.sql");
const REMOVE: crate::Sql = crate::sql!("contacts/remove.sql");
const LIST: crate::Template = crate::template!("contacts/list.sql");

/// The filters of a list; each narrows what the doors let through.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Filter {
    /// The whole address, in any case.
    pub email: Option<String>,
    pub organization_id: Option<Uuid>,
    pub external_source: Option<String>,
    pub external_id: Option<String>,
}

/// A contact to be; its id is made by the caller, so that a retry makes the same one.
#[derive(Debug, Clone)]
pub struct NewContact {
    pub contact_id: ContactId,
    pub name: String,
    pub email: Option<String>,
    pub organization_id: Option<Uuid>,
    pub external_source: Option<String>,
    pub external_id: Option<String>,
}

/// The contact of an address, made if there is none. None: made by another at the same moment, or not the caller's to make.
///
/// # Errors
/// A refusal of the doors.
pub async fn of_email(tx: &mut TenantTx, name: &str, email: &str) -> Result<Option<ContactId>, StoreError> {
    let new = ContactId::generate().0;
    let mut rows = record::rows(tx, OF_EMAIL, &[&new, &name, &email]).await?;
    if rows.is_empty() {
        // Somebody else made it while this statement waited; the next one sees it.
        rows = record::rows(tx, OF_EMAIL, &[&new, &name, &email]).await?;
    }
    rows.first().map(|row| Ok(ContactId(row.try_get::<_, Uuid>(0)?))).transpose()
}

/// A read in one flush.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get(database: &Database, principal: &Principal, contact: ContactId) -> Result<(Entered, Option<Contact>), StoreError> {
    record::get(database, principal, GET, &[&contact.0]).await
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, contact: ContactId) -> Result<Option<Contact>, StoreError> {
    record::one(tx, GET, &[&contact.0]).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, filter: &Filter, keyset: &Keyset) -> Result<Page<Contact>, StoreError> {
    let oneself = super::oneself_without(tx.enter().await?, permission::CONTACT_READ);
    let narrowed = Narrowed::default()
        .by_line("as_oneself", "member_id", oneself.as_ref())
        .by("email", filter.email.as_ref())
        .by("organization_id", filter.organization_id.as_ref())
        .by("external_source", filter.external_source.as_ref())
        .by("external_id", filter.external_id.as_ref());
    record::list(tx, LIST, narrowed, keyset).await
}

/// Those of these that the caller sees.
///
/// # Errors
/// When the database cannot be asked.
pub async fn of_ids(tx: &mut TenantTx, ids: &Vec<Uuid>) -> Result<Vec<Contact>, StoreError> {
    record::of_ids(tx, LIST, ids).await
}

/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn create(tx: &mut TenantTx, new: &NewContact) -> Result<Contact, StoreError> {
    record::made(
        tx,
        CREATE,
        &[&new.contact_id.0, &new.name, &new.email, &new.organization_id, &new.external_source, &new.external_id],
        permission::CONTACT_CHANGE,
    )
    .await
}

/// Applies a merge patch to the version expected. None: nothing matched.
///
/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn change(tx: &mut TenantTx, contact: ContactId, version: i32, patch: &Value) -> Result<Option<Contact>, StoreError> {
    record::one(tx, CHANGE, &[&contact.0, &version, patch]).await
}

/// False: nothing matched.
///
/// # Errors
/// `in_use` for a member, and for one whom a ticket or comment refers to.
pub async fn remove(tx: &mut TenantTx, contact: ContactId, version: Option<i32>) -> Result<bool, StoreError> {
    record::hit(tx, REMOVE, &[&contact.0, &version]).await
}

impl Record for Contact {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            contact_id: row.try_get::<_, Uuid>("contact_id")?.into(),
            name: row.try_get("name")?,
            email: row.try_get("email")?,
            organization_id: row.try_get::<_, Option<Uuid>>("organization_id")?.map(Into::into),
            external_source: row.try_get("external_source")?,
            external_id: row.try_get("external_id")?,
            version: row.try_get("version")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}
