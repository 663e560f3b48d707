//! The tenant's trail, read by those who may.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record, Told};
use crate::{StoreError, TenantTx};
use jiff::Timestamp;
use ringfence_domain::AuditEvent;
use tokio_postgres::Row;
use uuid::Uuid;

const LIST: crate::Template = crate::template!("audit/list.sql");

#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Filter {
    pub actor_id: Option<Uuid>,
    pub action: Option<String>,
    pub object_type: Option<String>,
    pub object_id: Option<Uuid>,
    pub decision: Option<String>,
    pub request_id: Option<Uuid>,
    pub after: Option<Timestamp>,
    pub before: Option<Timestamp>,
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, filter: &Filter, keyset: &Keyset) -> Result<Page<AuditEvent>, StoreError> {
    let narrowed = Narrowed::default()
        .by("actor_id", filter.actor_id.as_ref())
        .by("action", filter.action.as_ref())
        .by("object_type", filter.object_type.as_ref())
        .by("object_id", filter.object_id.as_ref())
        .by("decision", filter.decision.as_ref())
        .by("request_id", filter.request_id.as_ref())
        .by("recorded_after", filter.after.as_ref())
        .by("recorded_before", filter.before.as_ref());
    record::list(tx, LIST, narrowed, keyset).await
}

impl Record for AuditEvent {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            event_id: row.try_get("event_id")?,
            position: row.try_get("position")?,
            recorded_at: row.try_get("recorded_at")?,
            request_id: row.try_get::<_, Uuid>("request_id")?.into(),
            action: row.try_get("action")?,
            decision: row.try_get("decision")?,
            rule: row.try_get("rule")?,
            actor_id: row.try_get::<_, Option<Uuid>>("actor_id")?.map(Into::into),
            identity_id: row.try_get::<_, Option<Uuid>>("identity_id")?.map(Into::into),
            actor_kind: row.try_get("actor_kind")?,
            on_behalf_of: row.try_get::<_, Option<Uuid>>("on_behalf_of")?.map(Into::into),
            session_id: row.try_get("session_id")?,
            authentication: row.try_get("authentication")?,
            object_type: row.try_get("object_type")?,
            object_id: row.try_get("object_id")?,
            object_version: row.try_get("object_version")?,
            external_system: row.try_get("external_system")?,
            details: row.try_get::<_, Told>("details")?.0,
        })
    }
}
