//! Comments of a ticket: read, listed, created.

use super::page::{Keyset, Page};
use crate::statement::Param;
use crate::{StoreError, Template, TenantTx};
use ringfence_domain::{Comment, CommentId, TicketEventId, TicketId};
use std::collections::BTreeMap;
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("comments/get.sql");
const CREATE: crate::Sql = crate::sql!("comments/create.sql");
const LIST: Template = Template::new(include_str!("../../../../sql/queries/comments/list.sql"));

/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, ticket: TicketId, comment: CommentId) -> Result<Option<Comment>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(GET, &[&tenant, &ticket.0, &comment.0]).await?;
    rows.first().map(from_row).transpose()
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, ticket: TicketId, visibility: Option<&str>, keyset: &Keyset) -> Result<Page<Comment>, StoreError> {
    let tenant = tx.tenant_id();
    let edge = keyset.edge();
    let mut values: BTreeMap<&'static str, Param<'_>> = BTreeMap::new();
    values.insert("tenant_id", &tenant);
    values.insert("ticket_id", &ticket.0);
    edge.values(&mut values);
    let mut chosen: Vec<&str> = edge.lines().collect();
    if let Some(visibility) = &visibility {
        chosen.push("visibility");
        values.insert("visibility", visibility);
    }
    let rows = tx.query_composed(&LIST.compose(&chosen, &values)).await?;
    Ok(keyset.page(rows.iter().map(from_row).collect::<Result<_, _>>()?))
}

/// None: no such ticket for the caller.
///
/// # Errors
/// A refusal of the doors or checks.
pub async fn create(tx: &mut TenantTx, ticket: TicketId, comment: CommentId, visibility: &str, body: &str) -> Result<Option<Comment>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(CREATE, &[&tenant, &ticket.0, &comment.0, &visibility, &body, &TicketEventId::generate().0]).await?;
    rows.first().map(from_row).transpose()
}

fn from_row(row: &Row) -> Result<Comment, StoreError> {
    Ok(Comment {
        comment_id: row.try_get::<_, Uuid>("comment_id")?.into(),
        ticket_id: row.try_get::<_, Uuid>("ticket_id")?.into(),
        author_id: row.try_get::<_, Uuid>("author_id")?.into(),
        visibility: row.try_get("visibility")?,
        body: row.try_get("body")?,
        created_at: row.try_get("created_at")?,
    })
}
