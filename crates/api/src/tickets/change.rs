//! PATCH a ticket, assign it, set its status: each against the version that the client has read.

use super::missing::{named_by_patch, told_whole};
use super::{asked_for, ticket_ref};
use crate::answer::{self, Answer};
use crate::body::{Fields, JsonBody, Unread};
use crate::caller::Caller;
use crate::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_domain::{Priority, Ticket, TicketRef, TicketStatus, TicketType, permission};
use ringfence_store::{Refusal, StoreError, TenantTx, tickets};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::cell::Cell;
use utoipa::ToSchema;
use uuid::Uuid;

/// A merge patch (RFC 7396): absent fields stay, null clears.
#[derive(Serialize, ToSchema)]
pub struct TicketPatch {
    #[schema(min_length = 1, max_length = 500)]
    subject: Option<String>,
    status: Option<TicketStatus>,
    priority: Option<Priority>,
    r#type: Option<TicketType>,
    #[schema(max_items = 50)]
    tags: Option<Vec<String>>,
    requester_id: Option<Uuid>,
    assignee_id: Option<Uuid>,
    group_id: Option<Uuid>,
    organization_id: Option<Uuid>,
    external_source: Option<String>,
    external_id: Option<String>,
}

/// Who is to work on it; null for nobody, absent for no change.
#[derive(Serialize, ToSchema)]
pub struct Assignment {
    assignee_id: Option<Uuid>,
    group_id: Option<Uuid>,
}

#[derive(Serialize, ToSchema)]
pub struct StatusInput {
    status: TicketStatus,
}

/// Changes a ticket.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/tickets/{ticket_id}", operation_id = "updateTicket", tag = "tickets",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
        ("If-Match" = String, Header, description = "The version read, as its ETag", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = TicketPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Ticket, headers(("ETag" = String, description = "The new version")))))]
pub async fn update_ticket(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let bytes = body.bytes.clone();
    let patch = read_patch(body)?;
    apply(&caller, &request, &path.1, &bytes, patch, Action::TicketUpdated).await
}

/// Assigns a ticket to a member, a group, both or nobody.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/tickets/{ticket_id}/assignee", operation_id = "assignTicket", tag = "tickets",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
        ("If-Match" = String, Header, description = "The version read, as its ETag", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = Assignment),
    responses((status = 200, body = Ticket, headers(("ETag" = String, description = "The new version")))))]
pub async fn assign_ticket(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let mut fields = Fields::of(body.fields);
    let mut patch = Map::new();
    for name in ["assignee_id", "group_id"] {
        if let Some(id) = fields.patched_uuid(name) {
            patch.insert(name.into(), json!(id));
        }
    }
    if patch.is_empty() {
        fields.wrong("assignee_id", "required", "assignee_id or group_id is required");
    }
    fields.finish()?;
    apply(&caller, &request, &path.1, &body.bytes, patch, Action::TicketAssigned).await
}

/// Moves a ticket to another status, where the transition is allowed.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/tickets/{ticket_id}/status", operation_id = "setTicketStatus", tag = "tickets",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
        ("If-Match" = String, Header, description = "The version read, as its ETag", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = StatusInput),
    responses((status = 200, body = Ticket, headers(("ETag" = String, description = "The new version")))))]
pub async fn set_ticket_status(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let mut fields = Fields::of(body.fields);
    fields.require("status");
    let status = fields.word::<TicketStatus>("status");
    fields.finish()?;
    let patch = Map::from_iter(status.map(|status| ("status".to_owned(), json!(status))));
    apply(&caller, &request, &path.1, &body.bytes, patch, Action::TicketStatusSet).await
}

fn read_patch(body: JsonBody) -> Result<Map<String, Value>, Problem> {
    let mut fields = Fields::of(body.fields);
    let mut patch = Map::new();
    for (name, least, most) in [("subject", 1, 500), ("external_source", 1, 200), ("external_id", 1, 255)] {
        if let Some(text) = fields.patched_text(name, least, most) {
            if name == "subject" && text.is_none() {
                fields.wrong(name, "required", "cannot be cleared");
            }
            patch.insert(name.into(), json!(text));
        }
    }
    if fields.has("status") {
        patch.insert("status".into(), json!(fields.word::<TicketStatus>("status")));
    }
    if fields.has("priority") {
        patch.insert("priority".into(), json!(fields.word::<Priority>("priority")));
    }
    if fields.has("type") {
        patch.insert("type".into(), json!(fields.word::<TicketType>("type")));
    }
    if let Some(tags) = super::tags(&mut fields) {
        patch.insert("tags".into(), json!(tags));
    }
    for name in ["requester_id", "assignee_id", "group_id", "organization_id"] {
        if let Some(id) = fields.patched_uuid(name) {
            if name == "requester_id" && id.is_none() {
                fields.wrong(name, "required", "cannot be cleared");
            }
            patch.insert(name.into(), json!(id));
        }
    }
    crate::people::whole_key(&mut fields, &patch);
    fields.finish()?;
    Ok(patch)
}

async fn apply(caller: &Caller, request: &HttpRequest, ticket: &str, bytes: &[u8], patch: Map<String, Value>, action: Action) -> Result<HttpResponse, Problem> {
    let reference = ticket_ref(ticket);
    let version = answer::expected_version(request)?;
    let attempt = answer::attempt(request, bytes)?;
    let found = Cell::new(None);
    let changed = answer::change_found(caller, attempt, action, (asked_for(reference), &found), async |tx| {
        let ticket = changed(tx, (reference, &found), version, &patch, action).await?;
        Ok(Answer::ok(&ticket, Some(ticket.version)))
    })
    .await;
    match changed {
        Err(problem) => Err(told_whole(caller, problem, &named_by_patch(&patch)).await),
        changed => changed,
    }
}

async fn changed(tx: &mut TenantTx, (reference, found): (TicketRef, &Cell<Option<Uuid>>), version: i32, patch: &Map<String, Value>, action: Action) -> Result<Ticket, StoreError> {
    let entered = tx.enter().await?.clone();
    let may = &entered.permissions;
    let ticket = tickets::find(tx, reference).await?.ok_or(Refusal::NotFound)?;
    found.set(Some(ticket.ticket_id.0));
    let group = patch.get("group_id").map(|id| id.as_str().and_then(|id| id.parse::<Uuid>().ok()));
    let leaves = may.has(permission::TICKET_CHANGE_GROUP) && group.is_some_and(|group| group.is_none_or(|group| !entered.works_in(group.into())));
    let mut done = if leaves {
        handed_over(tx, &ticket, version, patch, group.flatten()).await?
    } else if may.any(&[permission::TICKET_CHANGE, permission::TICKET_CHANGE_GROUP]) {
        tickets::change(tx, ticket.ticket_id, version, &Value::Object(patch.clone()), action.as_str()).await?
    } else {
        None
    };
    let resolves = match (patch.get("status").and_then(Value::as_str), patch.len()) {
        (Some(status @ ("open" | "solved")), 1) if may.has(permission::TICKET_RESOLVE_OWN) => Some(status),
        _ => None,
    };
    if let (None, Some(status)) = (&done, resolves) {
        done = tickets::resolve_own(tx, ticket.ticket_id, version, status).await?;
    }
    match done {
        Some(changed) => Ok(changed),
        // As it is now: another change may have come between.
        None => {
            let ticket = tickets::find(tx, reference).await?.ok_or(Refusal::NotFound)?;
            let changes = may.has(permission::TICKET_CHANGE) || may.has(permission::TICKET_CHANGE_GROUP) && ticket.group_id.is_some_and(|group| entered.works_in(group));
            let resolves = resolves.is_some() && ticket.requester_id.0 == entered.member_id.0;
            Err(if changes || resolves { why_not(&ticket, version, patch) } else { Refusal::Forbidden { permission: permission::TICKET_CHANGE } }.into())
        }
    }
}

/// To a group that is not the caller's own: what else the patch says comes first, for afterwards the ticket is out of view.
async fn handed_over(tx: &mut TenantTx, ticket: &Ticket, version: i32, patch: &Map<String, Value>, group: Option<Uuid>) -> Result<Option<Ticket>, StoreError> {
    let mut rest = patch.clone();
    rest.remove("group_id");
    // A member of the old group does not follow the ticket unless the patch says so.
    let assignee = rest.remove("assignee_id").and_then(|id| id.as_str().and_then(|id| id.parse().ok()));
    let mut version = version;
    if !rest.is_empty() {
        match tickets::change(tx, ticket.ticket_id, version, &Value::Object(rest), Action::TicketUpdated.as_str()).await? {
            Some(changed) => version = changed.version,
            None => return Ok(None),
        }
    }
    tickets::transfer(tx, ticket.ticket_id, version, group, assignee).await
}

/// The row was there and did not change: its version, or its status, was in the way.
fn why_not(ticket: &Ticket, version: i32, patch: &Map<String, Value>) -> Refusal {
    if ticket.version != version {
        return Refusal::VersionMismatch { current: ticket.version };
    }
    if ticket.status == "closed" {
        return Refusal::Conflict { code: "ticket_closed", message: "a closed ticket does not change" };
    }
    if patch.contains_key("status") {
        return Refusal::Conflict { code: "status_transition", message: "the status may not follow the present one" };
    }
    Refusal::Forbidden { permission: permission::TICKET_CHANGE }
}
