//! Contacts: the people of a tenant.

use crate::{StoreError, TenantTx};
use ringfence_domain::ContactId;
use uuid::Uuid;

const OF_EMAIL: crate::Sql = crate::sql!("contacts/of_email.sql");

/// The contact of an address, made if there is none. None: made by another at the same moment, or not the caller's to make.
///
/// # Errors
/// A refusal of the doors.
pub async fn of_email(tx: &mut TenantTx, name: &str, email: &str) -> Result<Option<ContactId>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(OF_EMAIL, &[&tenant, &ContactId::generate().0, &name, &email]).await?;
    rows.first().map(|row| Ok(ContactId(row.try_get::<_, Uuid>(0)?))).transpose()
}
