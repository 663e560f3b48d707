//! Comments that cross to a partner tenant, on tickets that did: sent, listed. Only public ones, which the statement sees to.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record};
use crate::{StoreError, TenantTx};
use ringfence_domain::{AgreementId, CommentId, CommentShare, CommentShareId, TicketId};
use tokio_postgres::Row;
use uuid::Uuid;

const CREATE: crate::Sql = crate::sql!("comment_shares/create.sql");
const LIST: crate::Template = crate::template!("comment_shares/list.sql");

/// None: no such public comment for the caller, no link of its ticket under the agreement, or the agreement does not let it.
///
/// # Errors
/// A refusal of the doors; `already_shared`.
pub async fn create(tx: &mut TenantTx, ticket: TicketId, comment: CommentId, agreement: AgreementId, share: CommentShareId) -> Result<Option<CommentShare>, StoreError> {
    record::one(tx, CREATE, &[&ticket.0, &comment.0, &agreement.0, &share.0]).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, ticket: TicketId, comment: CommentId, keyset: &Keyset) -> Result<Page<CommentShare>, StoreError> {
    let narrowed = Narrowed::default().with("ticket_id", &ticket.0).with("comment_id", &comment.0);
    record::list(tx, LIST, narrowed, keyset).await
}

impl Record for CommentShare {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            share_id: row.try_get::<_, Uuid>("share_id")?.into(),
            link_id: row.try_get::<_, Uuid>("link_id")?.into(),
            ticket_id: row.try_get::<_, Uuid>("ticket_id")?.into(),
            comment_id: row.try_get::<_, Uuid>("comment_id")?.into(),
            direction: row.try_get("direction")?,
            state: row.try_get("state")?,
            reason: row.try_get("reason")?,
            created_by: row.try_get::<_, Option<Uuid>>("created_by")?.map(Into::into),
            created_at: row.try_get("created_at")?,
            settled_at: row.try_get("settled_at")?,
        })
    }
}
