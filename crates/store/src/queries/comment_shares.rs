//! Comments that cross to a partner tenant, on tickets that did: sent, listed. Only public ones, which the statement sees to.

use super::page::{Keyset, Page};
use crate::statement::Param;
use crate::{StoreError, Template, TenantTx};
use ringfence_domain::{AgreementId, CommentId, CommentShare, CommentShareId, TicketId};
use std::collections::BTreeMap;
use tokio_postgres::Row;
use uuid::Uuid;

const CREATE: crate::Sql = crate::sql!("comment_shares/create.sql");
const LIST: Template = Template::new(include_str!("../../../../sql/queries/comment_shares/list.sql"));

/// None: no such public comment for the caller, no link of its ticket under the agreement, or the agreement does not let it.
///
/// # Errors
/// A refusal of the doors; `already_shared`.
pub async fn create(tx: &mut TenantTx, ticket: TicketId, comment: CommentId, agreement: AgreementId, share: CommentShareId) -> Result<Option<CommentShare>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(CREATE, &[&tenant, &ticket.0, &comment.0, &agreement.0, &share.0]).await?;
    rows.first().map(from_row).transpose()
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, ticket: TicketId, comment: CommentId, keyset: &Keyset) -> Result<Page<CommentShare>, StoreError> {
    let tenant = tx.tenant_id();
    let edge = keyset.edge();
    let mut values: BTreeMap<&'static str, Param<'_>> = BTreeMap::new();
    values.insert("tenant_id", &tenant);
    values.insert("ticket_id", &ticket.0);
    values.insert("comment_id", &comment.0);
    edge.values(&mut values);
    let rows = tx.query_composed(&LIST.compose(&edge.lines().collect::<Vec<_>>(), &values)).await?;
    Ok(keyset.page(rows.iter().map(from_row).collect::<Result<_, _>>()?))
}

fn from_row(row: &Row) -> Result<CommentShare, StoreError> {
    Ok(CommentShare {
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
