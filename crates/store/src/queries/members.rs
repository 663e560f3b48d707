//! Members: who signs in, as what, in which groups. The doors decide who may give which rights; one owner always remains.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record};
use crate::{Access, Database, Entered, Principal, StoreError, TenantTx};
use ringfence_domain::{ContactId, Member, MemberGroup, MemberId, permission};
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::Json;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("members/get.sql");
const OF_IDENTITY: crate::Sql = crate::sql!("members/of_identity.sql");
const CREATE: crate::Sql = crate::sql!("members/create.sql");
const CHANGE: crate::Sql = crate::sql!("members/change.sql");
const REMOVE: crate::Sql = crate::sql!("members/remove.sql");
const LIST: crate::Template = crate::template!("members/list.sql");

/// The filters of a list; each narrows what the doors let through.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Filter {
    pub role: Vec<String>,
    pub group_id: Option<Uuid>,
}

/// A member to be: an identity, and the person it belongs to.
#[derive(Debug, Clone)]
pub struct NewMember {
    pub issuer: String,
    pub subject: String,
    /// The id of the contact that is made where `contact_id` names none; by the caller, so that a retry makes the same one.
    pub new_id: ContactId,
    /// Somebody who is a contact already; a name or address given beside it becomes theirs.
    pub contact_id: Option<Uuid>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub role: &'static str,
    /// Of a service, and of nobody else.
    pub permissions: Option<Vec<String>>,
    pub groups: Vec<MemberGroup>,
    /// Of a `custom` member.
    pub role_id: Option<Uuid>,
}

/// A read in one flush.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get(database: &Database, principal: &Principal, member: MemberId) -> Result<(Entered, Option<Member>), StoreError> {
    record::get(database, principal, GET, &[&member.0]).await
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, member: MemberId) -> Result<Option<Member>, StoreError> {
    record::one(tx, GET, &[&member.0]).await
}

/// Whom a new member would be again: the one of this identity, or else of this contact, as far as the caller may read members.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn already(database: &Database, principal: &Principal, new: &NewMember) -> Result<(Entered, Option<Member>), StoreError> {
    let mut tx = TenantTx::open(database, principal, Access::Write).await?;
    let rows = record::rows(&mut tx, OF_IDENTITY, &[&new.issuer, &new.subject]).await?;
    let found = rows.first().map(|row| row.try_get::<_, Uuid>("member_id")).transpose()?.or(new.contact_id);
    let member = match found {
        Some(member) => find(&mut tx, member.into()).await?,
        None => None,
    };
    let entered = tx.enter().await?.clone();
    tx.rollback().await?;
    Ok((entered, member))
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, filter: &Filter, keyset: &Keyset) -> Result<Page<Member>, StoreError> {
    let oneself = super::oneself_without(tx.enter().await?, permission::MEMBER_READ);
    let narrowed = Narrowed::default()
        .by_line("as_oneself", "member_id", oneself.as_ref())
        .by_any("role", &filter.role)
        .by("group_id", filter.group_id.as_ref());
    record::list(tx, LIST, narrowed, keyset).await
}

/// Those of these that the caller sees.
///
/// # Errors
/// When the database cannot be asked.
pub async fn of_ids(tx: &mut TenantTx, ids: &Vec<Uuid>) -> Result<Vec<Member>, StoreError> {
    record::of_ids(tx, LIST, ids).await
}

/// Ties an identity to the tenant; makes the identity at first sight, and the contact unless one is given.
///
/// # Errors
/// A refusal of the doors, keys or checks; the transaction must then be rolled back.
pub async fn add(tx: &mut TenantTx, new: &NewMember) -> Result<Member, StoreError> {
    record::made(
        tx,
        CREATE,
        &[
            &new.new_id.0,
            &new.issuer,
            &new.subject,
            &new.name,
            &new.email,
            &new.role,
            &new.permissions,
            &Json(&new.groups),
            &new.contact_id,
            &new.role_id,
        ],
        permission::MEMBER_MANAGE,
    )
    .await
}

/// Applies a merge patch to the version expected. None: nothing matched, or it would leave no owner.
///
/// # Errors
/// A refusal of the doors, keys or checks; the transaction must then be rolled back.
pub async fn change(tx: &mut TenantTx, member: MemberId, version: i32, patch: &Value) -> Result<Option<Member>, StoreError> {
    record::one(tx, CHANGE, &[&member.0, &version, patch]).await
}

/// Ends a membership; the person stays as a contact, their tickets are nobody's. False: nothing matched, or it would leave
/// no owner.
///
/// # Errors
/// A refusal of the doors or keys.
pub async fn remove(tx: &mut TenantTx, member: MemberId, version: Option<i32>) -> Result<bool, StoreError> {
    record::hit(tx, REMOVE, &[&member.0, &version]).await
}

impl Record for Member {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let Json(groups): Json<Vec<MemberGroup>> = row.try_get("groups")?;
        Ok(Self {
            member_id: row.try_get::<_, Uuid>("member_id")?.into(),
            name: row.try_get("name")?,
            email: row.try_get("email")?,
            role: row.try_get("role")?,
            role_id: row.try_get::<_, Option<Uuid>>("role_id")?.map(Into::into),
            permissions: row.try_get("permissions")?,
            group_ids: groups.iter().map(|group| group.group_id).collect(),
            groups,
            version: row.try_get("version")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}
