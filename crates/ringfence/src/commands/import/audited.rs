//! An import in the tenant's trail: that it began is durable before its first row, what came of it after its last.

use ringfence_audit::{Action, Decision, Event, Object, Who};
use ringfence_store::audit_trail::AuditTrail;
use ringfence_store::server::Config;
use serde_json::{Value, json};

use super::Summary;
use crate::commands::membership::Membership;
use crate::failure::Failure;
use ringfence_identity::ActorKind;

pub struct Trail {
    trail: AuditTrail,
    event: Event,
}

impl Trail {
    pub fn start(auditor: &Config, membership: &Membership<'_>) -> Self {
        let principal = &membership.principal;
        let who = Who {
            member_id: Some(membership.member),
            on_behalf_of: None,
            identity_id: principal.identity_id(),
            kind: ActorKind::Service.as_str(),
            session_id: None,
            authentication: Some(principal.authentication()),
        };
        let event = Event {
            tenant_id: Some(principal.tenant_id()),
            request_id: principal.request_id(),
            action: Action::ImportStarted,
            decision: Decision::Allow,
            rule: Some("ticket.import"),
            who,
            object: Object::default(),
            details: Value::Null,
        };
        Self { trail: AuditTrail::start(auditor), event }
    }

    pub async fn started(&self, source: &str, format: &str) -> Result<(), Failure> {
        self.record(Action::ImportStarted, json!({"external_source": source, "format": format})).await
    }

    /// Without a summary: it broke off, and how far it came is in its tickets' own events.
    pub async fn finished(&self, source: &str, summary: Option<&Summary>) -> Result<(), Failure> {
        let details = match summary {
            Some(s) => json!({"external_source": source, "rows": s.rows, "created": s.created, "already_there": s.already_there, "comments_not_taken": s.comments_not_taken, "failed": s.failed, "parts_failed": s.parts_failed, "interrupted": s.interrupted, "rest_unread": s.rest_unread}),
            None => json!({"external_source": source, "broke_off": true}),
        };
        self.record(Action::ImportFinished, details).await
    }

    /// Into the tenant's trail right away. Where that takes too long, a running service does it within a second.
    pub async fn carry_on(&self) {
        if let Some(tenant) = self.event.tenant_id {
            let _ = self.trail.catch_up(tenant).await;
        }
    }

    async fn record(&self, action: Action, details: Value) -> Result<(), Failure> {
        let event = Event { action, details, ..self.event.clone() };
        Ok(self.trail.record(vec![event]).await?)
    }
}
