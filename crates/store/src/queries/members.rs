//! Members: who signs in, as what, in which groups. The doors decide who may give which rights; one owner always remains.

use super::page::{Keyset, Page};
use crate::statement::Param;
use crate::{Access, Database, Entered, Principal, Refusal, StoreError, Template, TenantTx};
use ringfence_domain::{ContactId, Member, MemberGroup, MemberId, permission};
use serde_json::Value;
use std::collections::BTreeMap;
use tokio_postgres::Row;
use tokio_postgres::types::Json;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("members/get.sql");
const OF_IDENTITY: crate::Sql = crate::sql!("members/of_identity.sql");
const CREATE: crate::Sql = crate::sql!("members/create.sql");
const CHANGE: crate::Sql = crate::sql!("members/change.sql");
const REMOVE: crate::Sql = crate::sql!("members/remove.sql");
const LIST: Template = Template::new(include_str!("../../../../sql/queries/members/list.sql"));

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
    let tx = TenantTx::open(database, principal, Access::Read).await?;
    let tenant = tx.tenant_id();
    let (entered, rows) = tx.query_and_commit(GET, &[&tenant, &member.0]).await?;
    Ok((entered, rows.first().map(from_row).transpose()?))
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, member: MemberId) -> Result<Option<Member>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(GET, &[&tenant, &member.0]).await?;
    rows.first().map(from_row).transpose()
}

/// Whom a new member would be again: the one of this identity, or else of this contact, as far as the caller may read members.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn already(database: &Database, principal: &Principal, new: &NewMember) -> Result<(Entered, Option<Member>), StoreError> {
    let mut tx = TenantTx::open(database, principal, Access::Write).await?;
    let tenant = tx.tenant_id();
    let rows = tx.query(OF_IDENTITY, &[&tenant, &new.issuer, &new.subject]).await?;
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
    let tenant = tx.tenant_id();
    let edge = keyset.edge();
    let mut values: BTreeMap<&'static str, Param<'_>> = BTreeMap::new();
    values.insert("tenant_id", &tenant);
    edge.values(&mut values);
    let mut chosen: Vec<&str> = edge.lines().collect();
    if let Some(member) = &oneself {
        chosen.push("as_oneself");
        values.insert("member_id", member);
    }
    if !filter.role.is_empty() {
        chosen.push("role");
        values.insert("role", &filter.role);
    }
    if let Some(id) = &filter.group_id {
        chosen.push("group_id");
        values.insert("group_id", id);
    }
    let rows = tx.query_composed(&LIST.compose(&chosen, &values)).await?;
    Ok(keyset.page(rows.iter().map(from_row).collect::<Result<_, _>>()?))
}

/// Ties an identity to the tenant; makes the identity at first sight, and the contact unless one is given.
///
/// # Errors
/// A refusal of the doors, keys or checks; the transaction must then be rolled back.
pub async fn add(tx: &mut TenantTx, new: &NewMember) -> Result<Member, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx
        .query(
            CREATE,
            &[
                &tenant,
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
        )
        .await?;
    rows.first().map(from_row).transpose()?.ok_or(Refusal::Forbidden { permission: permission::MEMBER_MANAGE }.into())
}

/// Applies a merge patch to the version expected. None: nothing matched, or it would leave no owner.
///
/// # Errors
/// A refusal of the doors, keys or checks; the transaction must then be rolled back.
pub async fn change(tx: &mut TenantTx, member: MemberId, version: i32, patch: &Value) -> Result<Option<Member>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(CHANGE, &[&tenant, &member.0, &version, patch]).await?;
    rows.first().map(from_row).transpose()
}

/// Ends a membership; the person stays as a contact, their tickets are nobody's. False: nothing matched, or it would leave
/// no owner.
///
/// # Errors
/// A refusal of the doors or keys.
pub async fn remove(tx: &mut TenantTx, member: MemberId, version: Option<i32>) -> Result<bool, StoreError> {
    let tenant = tx.tenant_id();
    Ok(!tx.query(REMOVE, &[&tenant, &member.0, &version]).await?.is_empty())
}

fn from_row(row: &Row) -> Result<Member, StoreError> {
    let Json(groups): Json<Vec<MemberGroup>> = row.try_get("groups")?;
    Ok(Member {
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
