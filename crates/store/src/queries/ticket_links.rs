//! Tickets that cross to a partner tenant: sent, listed. What goes along is read when it is carried, never here.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record};
use crate::{StoreError, TenantTx};
use ringfence_domain::{AgreementId, TicketId, TicketLink, TicketLinkId};
use tokio_postgres::Row;
use uuid::Uuid;

const CREATE: crate::Sql = crate::sql!("ticket_links/create.sql");
const REFUSAL: crate::Sql = crate::sql!("ticket_links/refusal.sql");
const LIST: crate::Template = crate::template!("ticket_links/list.sql");

/// None: no such ticket or agreement for the caller, or the agreement does not let it; `refusal` tells.
///
/// # Errors
/// A refusal of the doors; `already_escalated`.
pub async fn create(tx: &mut TenantTx, ticket: TicketId, agreement: AgreementId, link: TicketLinkId) -> Result<Option<TicketLink>, StoreError> {
    record::one(tx, CREATE, &[&ticket.0, &agreement.0, &link.0]).await
}

/// Why an agreement does not let an action go out now. None: the caller sees no such agreement.
///
/// # Errors
/// When the database cannot be asked.
pub async fn refusal(tx: &mut TenantTx, agreement: AgreementId, action: &str) -> Result<Option<Option<String>>, StoreError> {
    let rows = record::rows(tx, REFUSAL, &[&agreement.0, &action]).await?;
    Ok(rows.first().map(|row| row.try_get("refusal")).transpose()?)
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, ticket: TicketId, keyset: &Keyset) -> Result<Page<TicketLink>, StoreError> {
    record::list(tx, LIST, Narrowed::default().with("ticket_id", &ticket.0), keyset).await
}

impl Record for TicketLink {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            link_id: row.try_get::<_, Uuid>("link_id")?.into(),
            ticket_id: row.try_get::<_, Uuid>("ticket_id")?.into(),
            agreement_id: row.try_get::<_, Uuid>("agreement_id")?.into(),
            direction: row.try_get("direction")?,
            state: row.try_get("state")?,
            reason: row.try_get("reason")?,
            created_by: row.try_get::<_, Option<Uuid>>("created_by")?.map(Into::into),
            requester_name: row.try_get("requester_name")?,
            requester_email: row.try_get("requester_email")?,
            created_at: row.try_get("created_at")?,
            settled_at: row.try_get("settled_at")?,
        })
    }
}
