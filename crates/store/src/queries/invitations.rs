//! Invitations: a place in the tenant for whoever proves to hold an address. The doors decide who may invite whom to what.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record};
use crate::{Database, Refusal, StoreError, TenantTx};
use ringfence_domain::{Invitation, InvitationId, MemberId, RequestId, TenantId, permission};
use ringfence_identity::SecretHash;
use serde_json::json;
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("invitations/get.sql");
const CREATE: crate::Sql = crate::sql!("invitations/create.sql");
const REVOKE: crate::Sql = crate::sql!("invitations/revoke.sql");
const LIST: crate::Template = crate::template!("invitations/list.sql");
const ACCEPT: crate::Sql = crate::sql!("context/accept_invitation.sql");

pub struct NewInvitation {
    pub invitation_id: InvitationId,
    pub secret: SecretHash,
    pub email: String,
    pub name: String,
    pub role: &'static str,
    pub days: i32,
}

/// What became of somebody's wish to take their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acceptance {
    Accepted { member_id: MemberId, role: String },
    /// Why not, as a word.
    Refused(String),
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, keyset: &Keyset) -> Result<Page<Invitation>, StoreError> {
    record::list(tx, LIST, Narrowed::default(), keyset).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, invitation: InvitationId) -> Result<Option<Invitation>, StoreError> {
    record::one(tx, GET, &[&invitation.0]).await
}

/// # Errors
/// A refusal of the doors or checks.
pub async fn create(tx: &mut TenantTx, new: &NewInvitation) -> Result<Invitation, StoreError> {
    record::made(tx, CREATE, &[&new.invitation_id.0, &new.secret.bytes().as_slice(), &new.email, &new.name, &new.role, &new.days], permission::MEMBER_MANAGE).await
}

/// False: nothing matched, or it has ended already.
///
/// # Errors
/// A refusal of the doors.
pub async fn revoke(tx: &mut TenantTx, invitation: InvitationId, version: Option<i32>) -> Result<bool, StoreError> {
    record::hit(tx, REVOKE, &[&invitation.0, &version]).await
}

/// Takes the place that a secret names, for who is signed in.
///
/// # Errors
/// `Refusal::Credential` when the session is one no more; or when the database cannot be asked.
pub async fn accept(database: &Database, tenant: TenantId, secret: &SecretHash, session: &SecretHash, request_id: RequestId) -> Result<Acceptance, StoreError> {
    let said = json!({ "tenant_id": tenant.0, "secret": secret.to_string(), "session": session.to_string(), "request_id": request_id.0 });
    let rows = database.minted(ACCEPT, "invitation.accept", &said).await?;
    let row = rows.first().ok_or(Refusal::NotFound)?;
    let outcome: String = row.try_get("outcome")?;
    if outcome != "accepted" {
        return Ok(Acceptance::Refused(outcome));
    }
    Ok(Acceptance::Accepted { member_id: row.try_get::<_, Uuid>("member_id")?.into(), role: row.try_get("role")? })
}

impl Record for Invitation {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            invitation_id: row.try_get::<_, Uuid>("invitation_id")?.into(),
            email: row.try_get("email")?,
            name: row.try_get("name")?,
            role: row.try_get("role")?,
            invited_by: row.try_get::<_, Uuid>("invited_by")?.into(),
            version: row.try_get("version")?,
            created_at: row.try_get("created_at")?,
            expires_at: row.try_get("expires_at")?,
            accepted_at: row.try_get("accepted_at")?,
            revoked_at: row.try_get("revoked_at")?,
        })
    }
}
