//! The tenant entered, as its member sees it.

use super::break_glass;
use crate::{Access, Database, Entered, Principal, Refusal, StoreError, TenantTx};
use ringfence_domain::TenantMembership;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("tenants/get.sql");

/// Stands among the permissions of whoever the glass is broken for, for the doors alone; it is none.
const MARK: &str = "break_glass.held";

/// # Errors
/// `Refusal::NoEntry` when the membership ended or the tenant is suspended.
pub async fn membership(database: &Database, principal: &Principal) -> Result<(Entered, TenantMembership), StoreError> {
    let tx = TenantTx::open(database, principal, Access::Read).await?;
    let tenant = tx.tenant_id();
    let (entered, rows) = tx.query_and_commit(GET, &[&tenant]).await?;
    let row = rows.first().ok_or(Refusal::NoEntry)?;
    // A broken glass stands before what the member is.
    let grant = match entered.break_glass {
        Some(grant) => {
            let mut tx = TenantTx::open(database, principal, Access::Read).await?;
            let grant = break_glass::find(&mut tx, grant.into()).await?;
            tx.commit().await?;
            grant
        }
        None => None,
    };
    let membership = TenantMembership {
        tenant_id: row.try_get::<_, Uuid>("tenant_id")?.into(),
        slug: row.try_get("slug")?,
        name: row.try_get("name")?,
        member_id: entered.member_id,
        role_until: grant.as_ref().map(|grant| grant.expires_at),
        role: grant.map_or_else(|| row.try_get("role"), |grant| Ok(Some(grant.role)))?,
        permissions: entered.permissions.names().iter().filter(|name| *name != MARK).cloned().collect(),
    };
    Ok((entered, membership))
}
