//! What crosses to a partner tenant: a ticket escalated, a comment shared, and what became of them. Accepted here, carried after.

use super::{asked_for, ticket_ref};
use crate::agreements::nudge;
use crate::answer::{self, Answer};
use crate::body::{Fields, Unread};
use crate::caller::{Caller, object};
use crate::listing::{self, Beside, ListBody, Listing, Order};
use crate::people;
use crate::problem::{Kind, Problem};
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_domain::{AgreementId, CommentId, CommentShare, CommentShareId, CrossingAction, TicketLink, TicketLinkId, permission};
use ringfence_store::{Key, Refusal, StoreError, TenantTx, comment_shares, comments, ticket_links, tickets};
use serde::Serialize;
use std::cell::Cell;
use utoipa::ToSchema;
use uuid::Uuid;

/// Under which agreement it is to cross.
#[derive(Serialize, ToSchema)]
pub struct CrossingInput {
    agreement_id: Uuid,
}

pub const ORDERS: &[Order] = &[("created_at", "created_at", false), ("-created_at", "created_at", true)];
const READS: &[&str] = &[permission::TICKET_READ, permission::TICKET_READ_GROUP];

/// A page of a ticket's links with partner tenants, oldest first.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/tickets/{ticket_id}/links", operation_id = "listTicketLinks", tag = "crossing",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<TicketLink>)))]
pub async fn list_ticket_links(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let reference = ticket_ref(&path.1);
    let (fields, asked) = listing::asked(&request, ORDERS, &[]);
    fields.finish()?;
    let under = Cell::new(None);
    let listing = Listing { asked: asked.of(&format!("ticket_links {}", path.1), &()), action: Action::TicketLinkListed, object: asked_for(reference), under: Some(&under), needs: READS };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| {
            let ticket = tickets::find(tx, reference).await?.ok_or(Refusal::NotFound)?;
            under.set(Some(ticket.ticket_id.0));
            Ok((ticket_links::list(tx, ticket.ticket_id, keyset).await?, Beside::default()))
        },
        |link: &TicketLink| Key { time: Some(link.created_at), number: None, id: link.link_id.0 },
    )
    .await
}

/// Escalates a ticket to the partner of an agreement: there it becomes a new ticket with the fields agreed on, and nothing else
/// crosses. The answer says that it is on its way; the ticket's links say when it has arrived.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/tickets/{ticket_id}/escalations", operation_id = "escalateTicket", tag = "crossing",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = CrossingInput),
    responses((status = 202, body = TicketLink)))]
pub async fn escalate_ticket(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let reference = ticket_ref(&path.1);
    let attempt = answer::attempt(&request, &body.bytes)?;
    let agreement_id = agreement(Fields::of(body.fields))?;
    let link_id = TicketLinkId::generate();
    let found = Cell::new(None);
    let answer = answer::change_found(&caller, attempt, Action::TicketEscalated, (asked_for(reference), &found), async |tx| {
        let ticket = tickets::find(tx, reference).await?.ok_or(Refusal::NotFound)?;
        found.set(Some(ticket.ticket_id.0));
        match ticket_links::create(tx, ticket.ticket_id, agreement_id, link_id).await? {
            Some(link) => Ok(Answer::accepted(&link)),
            None => Err(why_not(tx, agreement_id, CrossingAction::TicketEscalate).await?),
        }
    })
    .await;
    nudge(&request);
    answer
}

/// A page of a comment's shares with partner tenants, oldest first.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/tickets/{ticket_id}/comments/{comment_id}/shares", operation_id = "listCommentShares", tag = "crossing",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
        ("comment_id" = Uuid, Path),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<CommentShare>)))]
pub async fn list_comment_shares(caller: Caller, request: HttpRequest, path: web::Path<(String, String, String)>) -> Result<HttpResponse, Problem> {
    let reference = ticket_ref(&path.1);
    let comment_id: CommentId = people::id(&path.2);
    let (fields, asked) = listing::asked(&request, ORDERS, &[]);
    fields.finish()?;
    let listing = Listing {
        asked: asked.of(&format!("comment_shares {} {comment_id}", path.1), &()),
        action: Action::CommentShareListed,
        object: object("comment", comment_id.0),
        under: None,
        needs: READS,
    };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| {
            let ticket = tickets::find(tx, reference).await?.ok_or(Refusal::NotFound)?;
            comments::find(tx, ticket.ticket_id, comment_id).await?.ok_or(Refusal::NotFound)?;
            Ok((comment_shares::list(tx, ticket.ticket_id, comment_id, keyset).await?, Beside::default()))
        },
        |share: &CommentShare| Key { time: Some(share.created_at), number: None, id: share.share_id.0 },
    )
    .await
}

/// Shares a public comment with the partner, on a ticket that crossed under the agreement. An internal one never crosses.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/tickets/{ticket_id}/comments/{comment_id}/shares", operation_id = "shareComment", tag = "crossing",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
        ("comment_id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = CrossingInput),
    responses((status = 202, body = CommentShare)))]
pub async fn share_comment(caller: Caller, request: HttpRequest, path: web::Path<(String, String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let reference = ticket_ref(&path.1);
    let comment_id: CommentId = people::id(&path.2);
    let attempt = answer::attempt(&request, &body.bytes)?;
    let agreement_id = agreement(Fields::of(body.fields))?;
    let share_id = CommentShareId::generate();
    let answer = answer::change(&caller, attempt, Action::CommentShared, object("comment", comment_id.0), async |tx| {
        let ticket = tickets::find(tx, reference).await?.ok_or(Refusal::NotFound)?;
        let comment = comments::find(tx, ticket.ticket_id, comment_id).await?.ok_or(Refusal::NotFound)?;
        if let Some(share) = comment_shares::create(tx, ticket.ticket_id, comment_id, agreement_id, share_id).await? {
            return Ok(Answer::accepted(&share));
        }
        if comment.visibility != "public" {
            return Err(Refusal::Forbidden { permission: "comment.public" }.into());
        }
        Err(why_not(tx, agreement_id, CrossingAction::CommentShare).await?)
    })
    .await;
    nudge(&request);
    answer
}

fn agreement(mut fields: Fields) -> Result<AgreementId, Problem> {
    let id = fields.uuid("agreement_id");
    if id.is_none() {
        fields.wrong("agreement_id", "required", "is required");
    }
    fields.finish()?;
    id.map(AgreementId).ok_or(Problem::new(Kind::InvalidRequest))
}

/// The agreement is not there for the caller, does not cover this, or does not hold now.
async fn why_not(tx: &mut TenantTx, agreement: AgreementId, action: CrossingAction) -> Result<StoreError, StoreError> {
    const UNKNOWN: Refusal = Refusal::Field { field: "agreement_id", code: "not_found", message: "names nothing in this tenant" };
    let Some(refusal) = ticket_links::refusal(tx, agreement, action.as_str()).await? else { return Ok(UNKNOWN.into()) };
    // Who may not at all is told that, and not how the agreement stands.
    let escalates = tx.enter().await?.permissions.any(&[permission::TICKET_ESCALATE, permission::TICKET_ESCALATE_GROUP]);
    if !escalates {
        return Ok(Refusal::Forbidden { permission: permission::TICKET_ESCALATE }.into());
    }
    let refusal = match refusal.as_deref() {
        Some("revoked") => Refusal::NotAgreed { code: "agreement_revoked" },
        Some("expired") => Refusal::NotAgreed { code: "agreement_expired" },
        Some("not_consented") => Refusal::NotAgreed { code: "agreement_not_active" },
        Some(_) => Refusal::NotAgreed { code: "agreement_does_not_cover" },
        // It would let it: then the ticket has no link under it.
        None => Refusal::Conflict { code: "not_linked", message: "the ticket did not cross under this agreement" },
    };
    Ok(refusal.into())
}
