//! Roles granted for hours. A function of the database finds or makes the person and decides who may grant; this only asks it.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record};
use crate::{StoreError, TenantTx};
use ringfence_domain::{BreakGlassGrant, GrantId};
use tokio_postgres::Row;
use uuid::Uuid;

const GRANT: crate::Sql = crate::sql!("break_glass/grant.sql");
const GET: crate::Sql = crate::sql!("break_glass/get.sql");
const REVOKE: crate::Sql = crate::sql!("break_glass/revoke.sql");
const LIST: crate::Template = crate::template!("break_glass/list.sql");

/// A grant to be: who, what, how long, why.
#[derive(Debug, Clone)]
pub struct NewGrant {
    pub grant_id: GrantId,
    pub issuer: String,
    pub subject: String,
    /// For somebody whom the tenant does not know yet.
    pub name: Option<String>,
    pub role: &'static str,
    /// 1 to 24.
    pub hours: i32,
    pub reason: String,
}

/// Who is granted what.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Filter {
    pub member_id: Option<Uuid>,
}

/// None: not the caller's to grant, or the person is an owner or a service.
///
/// # Errors
/// A refusal of the checks.
pub async fn grant(tx: &mut TenantTx, new: &NewGrant) -> Result<Option<BreakGlassGrant>, StoreError> {
    record::one(tx, GRANT, &[&new.grant_id.0, &new.issuer, &new.subject, &new.name, &new.role, &new.hours, &new.reason]).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, grant: GrantId) -> Result<Option<BreakGlassGrant>, StoreError> {
    record::one(tx, GET, &[&grant.0]).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, filter: &Filter, keyset: &Keyset) -> Result<Page<BreakGlassGrant>, StoreError> {
    let narrowed = Narrowed::default().by("member_id", filter.member_id.as_ref());
    record::list(tx, LIST, narrowed, keyset).await
}

/// Ends a grant at once. False: nothing matched, or it had been ended before.
///
/// # Errors
/// When the database cannot be asked.
pub async fn revoke(tx: &mut TenantTx, grant: GrantId) -> Result<bool, StoreError> {
    record::hit(tx, REVOKE, &[&grant.0]).await
}

impl Record for BreakGlassGrant {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            grant_id: row.try_get::<_, Uuid>("grant_id")?.into(),
            member_id: row.try_get::<_, Uuid>("member_id")?.into(),
            role: row.try_get("role")?,
            reason: row.try_get("reason")?,
            granted_by: row.try_get::<_, Uuid>("granted_by")?.into(),
            created_at: row.try_get("created_at")?,
            expires_at: row.try_get("expires_at")?,
            revoked_at: row.try_get("revoked_at")?,
        })
    }
}
