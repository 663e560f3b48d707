//! Users and groups of a tenant's identity provider. The owner's functions tie them to members; nothing here decides who may what.

use super::record::{self, Narrowed, Record};
use crate::{Database, Entered, Principal, Refusal, StoreError, Template, TenantTx};
use jiff::Timestamp;
use ringfence_domain::permission;
use serde_json::{Map, Value};
use tokio_postgres::Row;
use uuid::Uuid;

const TAKE_TURN: crate::Sql = crate::sql!("scim/take_turn.sql");
const GET_USER: crate::Sql = crate::sql!("scim/get_user.sql");
const PUT_USER: crate::Sql = crate::sql!("scim/put_user.sql");
const REMOVE_USER: crate::Sql = crate::sql!("scim/remove_user.sql");
const LIST_USERS: crate::Template = crate::template!("scim/list_users.sql");
const GET_GROUP: crate::Sql = crate::sql!("scim/get_group.sql");
const PUT_GROUP: crate::Sql = crate::sql!("scim/put_group.sql");
const REMOVE_GROUP: crate::Sql = crate::sql!("scim/remove_group.sql");
const LIST_GROUPS: crate::Template = crate::template!("scim/list_groups.sql");
const FORBIDDEN: StoreError = StoreError::Refused(Refusal::Forbidden { permission: permission::PROVISION_MANAGE });

/// A user as it is kept.
#[derive(Debug, Clone)]
pub struct User {
    pub scim_user_id: Uuid,
    pub user_name: String,
    pub external_id: Option<String>,
    pub active: Option<bool>,
    /// All other attributes.
    pub attributes: Map<String, Value>,
    /// `{value, display}` of each group.
    pub groups: Vec<Value>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a user is to be.
#[derive(Debug, Clone)]
pub struct UserWritten {
    pub user_name: String,
    pub external_id: Option<String>,
    pub active: Option<bool>,
    /// What the person is called, and written to.
    pub name: String,
    pub email: Option<String>,
    pub attributes: Map<String, Value>,
}

/// A group as it is kept.
#[derive(Debug, Clone)]
pub struct Group {
    pub scim_group_id: Uuid,
    pub display_name: String,
    pub external_id: Option<String>,
    pub users: Vec<Uuid>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a group is to be.
#[derive(Debug, Clone)]
pub struct GroupWritten {
    pub display_name: String,
    pub external_id: Option<String>,
    pub users: Vec<Uuid>,
}

/// Keys that the rows of a list must have; each is found by an index.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    pub id: Option<Uuid>,
    /// `userName` of a user, `displayName` of a group.
    pub name: Option<String>,
    pub external_id: Option<String>,
}

/// A read in one flush.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get_user(database: &Database, principal: &Principal, id: Uuid) -> Result<(Entered, Option<User>), StoreError> {
    record::get(database, principal, GET_USER, &[&id]).await
}

/// Waits until whoever provisions in the tenant is done: what is read from here on stands until this transaction ends. Whoever
/// lacks the right waits for nobody.
///
/// # Errors
/// When the turn does not come in time.
async fn take_turn(tx: &mut TenantTx) -> Result<(), StoreError> {
    record::rows(tx, TAKE_TURN, &[]).await.map(drop)
}

/// The same inside a transaction that changes it, in its turn.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find_user(tx: &mut TenantTx, id: Uuid) -> Result<Option<User>, StoreError> {
    take_turn(tx).await?;
    record::one(tx, GET_USER, &[&id]).await
}

/// At most `limit` users of these keys behind the first `skipped`, and how many there are.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list_users(tx: &mut TenantTx, keys: &Keys, limit: i64, skipped: i64) -> Result<(Vec<User>, i64), StoreError> {
    list(tx, LIST_USERS, ("scim_user_id", "user_name"), keys, (limit, skipped)).await
}

/// Makes a user (without a version), or changes the one of this version, and the membership with it. None: no such version.
///
/// # Errors
/// A refusal of the function, keys or checks; the transaction must then be rolled back.
pub async fn put_user(tx: &mut TenantTx, id: Uuid, version: Option<i32>, to: &UserWritten) -> Result<Option<User>, StoreError> {
    let attributes = Value::Object(to.attributes.clone());
    let row = record::one(tx, PUT_USER, &[&id, &version, &to.user_name, &to.external_id, &to.active, &to.name, &to.email, &attributes]).await;
    made(row.map_err(outrun)?, version)
}

/// Ends a user and their access. False: nothing matched.
///
/// # Errors
/// A refusal of the function.
pub async fn remove_user(tx: &mut TenantTx, id: Uuid, version: Option<i32>) -> Result<bool, StoreError> {
    record::hit(tx, REMOVE_USER, &[&id, &version]).await.map_err(outrun)
}

/// A read in one flush.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get_group(database: &Database, principal: &Principal, id: Uuid) -> Result<(Entered, Option<Group>), StoreError> {
    record::get(database, principal, GET_GROUP, &[&id]).await
}

/// As `find_user`.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find_group(tx: &mut TenantTx, id: Uuid) -> Result<Option<Group>, StoreError> {
    take_turn(tx).await?;
    record::one(tx, GET_GROUP, &[&id]).await
}

/// As `list_users`.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list_groups(tx: &mut TenantTx, keys: &Keys, limit: i64, skipped: i64) -> Result<(Vec<Group>, i64), StoreError> {
    list(tx, LIST_GROUPS, ("scim_group_id", "display_name"), keys, (limit, skipped)).await
}

/// As `put_user`, with the queue and who works it.
///
/// # Errors
/// A refusal of the function, keys or checks; the transaction must then be rolled back.
pub async fn put_group(tx: &mut TenantTx, id: Uuid, version: Option<i32>, to: &GroupWritten) -> Result<Option<Group>, StoreError> {
    let row = record::one(tx, PUT_GROUP, &[&id, &version, &to.display_name, &to.external_id, &to.users]).await;
    made(row.map_err(outrun)?, version)
}

/// Ends a group. False: nothing matched.
///
/// # Errors
/// A refusal of the function.
pub async fn remove_group(tx: &mut TenantTx, id: Uuid, version: Option<i32>) -> Result<bool, StoreError> {
    record::hit(tx, REMOVE_GROUP, &[&id, &version]).await.map_err(outrun)
}

/// The functions look before they write, so where a key still breaks, somebody who does not provision was faster: a ticket came
/// into the queue, a member went. The next try sees it. It is never told as "not found", which a provider takes as done.
fn outrun(error: StoreError) -> StoreError {
    match error {
        StoreError::Refused(Refusal::NotFound | Refusal::Conflict { code: "in_use", .. } | Refusal::Field { field: "group_ids" | "assignee_id", .. }) => StoreError::Collided,
        other => other,
    }
}

/// Nothing was made where nothing stood in the way but the right to make it.
fn made<T>(row: Option<T>, version: Option<i32>) -> Result<Option<T>, StoreError> {
    if row.is_none() && version.is_none() { Err(FORBIDDEN) } else { Ok(row) }
}

async fn list<T: Record>(tx: &mut TenantTx, template: Template, (id, name): (&'static str, &'static str), keys: &Keys, (limit, skipped): (i64, i64)) -> Result<(Vec<T>, i64), StoreError> {
    // A row tells the total: where none is asked for, or the page lies behind the end, the first.
    for (limit, skipped, wanted) in [(limit, skipped, limit > 0), (1, 0, false)] {
        let narrowed = Narrowed::default()
            .with("limit", &limit)
            .with("skipped", &skipped)
            .by(id, keys.id.as_ref())
            .by(name, keys.name.as_ref())
            .by("external_key", keys.external_id.as_ref());
        let rows = record::composed(tx, template, narrowed).await?;
        if let Some(total) = rows.first().map(|row| row.try_get("total")).transpose()? {
            let read = if wanted { rows.iter().map(T::from_row).collect::<Result<_, _>>()? } else { Vec::new() };
            return Ok((read, total));
        }
    }
    Ok((Vec::new(), 0))
}

impl Record for User {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            scim_user_id: row.try_get("scim_user_id")?,
            user_name: row.try_get("user_name")?,
            external_id: row.try_get("external_id")?,
            active: row.try_get("active")?,
            attributes: object(row.try_get("attributes")?),
            groups: row.try_get::<_, Value>("groups")?.as_array().cloned().unwrap_or_default(),
            version: row.try_get("version")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

impl Record for Group {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            scim_group_id: row.try_get("scim_group_id")?,
            display_name: row.try_get("display_name")?,
            external_id: row.try_get("external_id")?,
            users: row.try_get("users")?,
            version: row.try_get("version")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}
