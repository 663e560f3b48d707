//! Comments of a ticket: read, listed, created.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record};
use crate::{StoreError, TenantTx};
use ringfence_domain::{Comment, CommentId, TicketEventId, TicketId};
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("comments/get.sql");
const CREATE: crate::Sql = crate::sql!("comments/create.sql");
const LIST: crate::Template = crate::template!("comments/list.sql");

/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, ticket: TicketId, comment: CommentId) -> Result<Option<Comment>, StoreError> {
    record::one(tx, GET, &[&ticket.0, &comment.0]).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, ticket: TicketId, visibility: Option<&str>, keyset: &Keyset) -> Result<Page<Comment>, StoreError> {
    let narrowed = Narrowed::default().with("ticket_id", &ticket.0).by("visibility", visibility.as_ref());
    record::list(tx, LIST, narrowed, keyset).await
}

/// None: no such ticket for the caller.
///
/// # Errors
/// A refusal of the doors or checks.
pub async fn create(tx: &mut TenantTx, ticket: TicketId, comment: CommentId, visibility: &str, body: &str) -> Result<Option<Comment>, StoreError> {
    record::one(tx, CREATE, &[&ticket.0, &comment.0, &visibility, &body, &TicketEventId::generate().0]).await
}

impl Record for Comment {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            comment_id: row.try_get::<_, Uuid>("comment_id")?.into(),
            ticket_id: row.try_get::<_, Uuid>("ticket_id")?.into(),
            author_id: row.try_get::<_, Uuid>("author_id")?.into(),
            visibility: row.try_get("visibility")?,
            body: row.try_get("body")?,
            created_at: row.try_get("created_at")?,
        })
    }
}
