//! Invitations: a place in the tenant for whoever proves to hold an address. The doors decide who may invite whom to what.

use super::page::{Keyset, Page};
use crate::statement::Param;
use crate::{Database, Refusal, StoreError, Template, TenantTx};
use ringfence_domain::{Invitation, InvitationId, MemberId, RequestId, TenantId, permission};
use ringfence_identity::SecretHash;
use serde_json::json;
use std::collections::BTreeMap;
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("invitations/get.sql");
const CREATE: crate::Sql = crate::sql!("invitations/create.sql");
const REVOKE: crate::Sql = crate::sql!("invitations/revoke.sql");
const LIST: Template = Template::new(include_str!("../../../../sql/queries/invitations/list.sql"));
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
    let tenant = tx.tenant_id();
    let edge = keyset.edge();
    let mut values: BTreeMap<&'static str, Param<'_>> = BTreeMap::new();
    values.insert("tenant_id", &tenant);
    edge.values(&mut values);
    let rows = tx.query_composed(&LIST.compose(&edge.lines().collect::<Vec<_>>(), &values)).await?;
    Ok(keyset.page(rows.iter().map(from_row).collect::<Result<_, _>>()?))
}

/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, invitation: InvitationId) -> Result<Option<Invitation>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(GET, &[&tenant, &invitation.0]).await?;
    rows.first().map(from_row).transpose()
}

/// # Errors
/// A refusal of the doors or checks.
pub async fn create(tx: &mut TenantTx, new: &NewInvitation) -> Result<Invitation, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(CREATE, &[&tenant, &new.invitation_id.0, &new.secret.bytes().as_slice(), &new.email, &new.name, &new.role, &new.days]).await?;
    rows.first().map(from_row).transpose()?.ok_or(Refusal::Forbidden { permission: permission::MEMBER_MANAGE }.into())
}

/// False: nothing matched, or it has ended already.
///
/// # Errors
/// A refusal of the doors.
pub async fn revoke(tx: &mut TenantTx, invitation: InvitationId, version: Option<i32>) -> Result<bool, StoreError> {
    let tenant = tx.tenant_id();
    Ok(!tx.query(REVOKE, &[&tenant, &invitation.0, &version]).await?.is_empty())
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

fn from_row(row: &Row) -> Result<Invitation, StoreError> {
    Ok(Invitation {
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
