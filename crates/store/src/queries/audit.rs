//! The tenant's trail, read by those who may.

use super::page::{Keyset, Page};
use crate::statement::Param;
use crate::{StoreError, Template, TenantTx};
use jiff::Timestamp;
use ringfence_domain::AuditEvent;
use std::collections::BTreeMap;
use tokio_postgres::Row;
use uuid::Uuid;

const LIST: Template = Template::new(include_str!("../../../../sql/queries/audit/list.sql"));

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
    let tenant = tx.tenant_id();
    let edge = keyset.edge();
    let mut values: BTreeMap<&'static str, Param<'_>> = BTreeMap::new();
    values.insert("tenant_id", &tenant);
    edge.values(&mut values);
    let mut chosen: Vec<&str> = edge.lines().collect();
    for (name, id) in [("actor_id", &filter.actor_id), ("object_id", &filter.object_id), ("request_id", &filter.request_id)] {
        if let Some(id) = id {
            chosen.push(name);
            values.insert(name, id);
        }
    }
    for (name, text) in [("action", &filter.action), ("object_type", &filter.object_type), ("decision", &filter.decision)] {
        if let Some(text) = text {
            chosen.push(name);
            values.insert(name, text);
        }
    }
    for (name, time) in [("recorded_after", &filter.after), ("recorded_before", &filter.before)] {
        if let Some(time) = time {
            chosen.push(name);
            values.insert(name, time);
        }
    }
    let rows = tx.query_composed(&LIST.compose(&chosen, &values)).await?;
    Ok(keyset.page(rows.iter().map(from_row).collect::<Result<_, _>>()?))
}

fn from_row(row: &Row) -> Result<AuditEvent, StoreError> {
    Ok(AuditEvent {
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
        details: row.try_get("details")?,
    })
}
