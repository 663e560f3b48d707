//! API tokens: made of rights that their maker holds, listed without their secret, revoked for good.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record};
use crate::{Database, Entered, Principal, Refusal, StoreError, TenantTx};
use jiff::Timestamp;
use ringfence_domain::{ApiToken, ApiTokenId, permission};
use ringfence_identity::SecretHash;
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("api_tokens/get.sql");
const CREATE: crate::Sql = crate::sql!("api_tokens/create.sql");
const REVOKE: crate::Sql = crate::sql!("api_tokens/revoke.sql");
const LIST: crate::Template = crate::template!("api_tokens/list.sql");

/// The filters of a list; each narrows what the doors let through.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Filter {
    /// The owner.
    pub member_id: Option<Uuid>,
}

/// How long a token is to hold.
#[derive(Debug, Clone, Copy)]
pub enum Lifetime {
    Until(Timestamp),
    Days(i32),
}

/// A token to be; its id and secret are made by the caller, so that a retry makes the same one.
#[derive(Debug, Clone)]
pub struct NewApiToken {
    pub api_token_id: ApiTokenId,
    /// A service's; the caller's own where there is none.
    pub member_id: Option<Uuid>,
    pub name: String,
    pub hash: SecretHash,
    pub scopes: Vec<String>,
    pub lifetime: Lifetime,
}

/// A read in one flush.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get(database: &Database, principal: &Principal, token: ApiTokenId) -> Result<(Entered, Option<ApiToken>), StoreError> {
    record::get(database, principal, GET, &[&token.0]).await
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, token: ApiTokenId) -> Result<Option<ApiToken>, StoreError> {
    record::one(tx, GET, &[&token.0]).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, filter: &Filter, keyset: &Keyset) -> Result<Page<ApiToken>, StoreError> {
    let oneself = super::oneself_without(tx.enter().await?, permission::TOKEN_MANAGE);
    let narrowed = Narrowed::default().by_line("as_oneself", "oneself", oneself.as_ref()).by("member_id", filter.member_id.as_ref());
    record::list(tx, LIST, narrowed, keyset).await
}

/// # Errors
/// A refusal of the doors, keys or checks; the transaction must then be rolled back.
pub async fn create(tx: &mut TenantTx, new: &NewApiToken) -> Result<ApiToken, StoreError> {
    let (until, days) = match new.lifetime {
        Lifetime::Until(time) => (Some(time), None),
        Lifetime::Days(days) => (None, Some(days)),
    };
    let hash = new.hash.bytes().as_slice();
    if let Some(made) = record::one(tx, CREATE, &[&new.api_token_id.0, &new.member_id, &new.name, &hash, &new.scopes, &until, &days]).await? {
        return Ok(made);
    }
    // An owner who is not to be seen is nobody; one who is lacks a right that the token would have.
    if let Some(member) = new.member_id
        && super::members::find(tx, member.into()).await?.is_none()
    {
        return Err(Refusal::Field { field: "member_id", code: "not_found", message: "names nothing in this tenant" }.into());
    }
    Err(Refusal::Forbidden { permission: permission::TOKEN_MANAGE }.into())
}

/// False: nothing matched, or it was revoked before.
///
/// # Errors
/// A refusal of the doors.
pub async fn revoke(tx: &mut TenantTx, token: ApiTokenId) -> Result<bool, StoreError> {
    record::hit(tx, REVOKE, &[&token.0]).await
}

impl Record for ApiToken {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            api_token_id: row.try_get::<_, Uuid>("api_token_id")?.into(),
            member_id: row.try_get::<_, Uuid>("member_id")?.into(),
            name: row.try_get("name")?,
            scopes: row.try_get("scopes")?,
            created_by: row.try_get::<_, Uuid>("created_by")?.into(),
            created_at: row.try_get("created_at")?,
            expires_at: row.try_get("expires_at")?,
            last_used_at: row.try_get("last_used_at")?,
            revoked_at: row.try_get("revoked_at")?,
        })
    }
}
