//! The tenant entered, as its member sees it.

use crate::{Access, Database, Entered, Principal, Refusal, StoreError, TenantTx};
use ringfence_domain::TenantMembership;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("tenants/get.sql");

/// # Errors
/// `Refusal::NoEntry` when the membership ended or the tenant is suspended.
pub async fn membership(database: &Database, principal: &Principal) -> Result<(Entered, TenantMembership), StoreError> {
    let tx = TenantTx::open(database, principal, Access::Read).await?;
    let tenant = tx.tenant_id();
    let (entered, rows) = tx.query_and_commit(GET, &[&tenant]).await?;
    let row = rows.first().ok_or(Refusal::NoEntry)?;
    let membership = TenantMembership {
        tenant_id: row.try_get::<_, Uuid>("tenant_id")?.into(),
        slug: row.try_get("slug")?,
        name: row.try_get("name")?,
        member_id: entered.member_id,
        role: row.try_get("role")?,
        permissions: entered.permissions.names().to_vec(),
    };
    Ok((entered, membership))
}
