//! Comments: one, a page, a new one.

use super::{asked_for, ticket_ref};
use crate::answer::{self, Answer};
use crate::body::{Fields, Unread};
use crate::caller::{Caller, object, objects};
use crate::included::{Included, Including, OF_COMMENTS, details};
use crate::listing::{self, Beside, IncludingList, Listing, Order};
use crate::people;
use crate::problem::{Kind, Problem};
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_domain::{Comment, CommentId, Visibility, permission};
use ringfence_store::{Access, Key, Refusal, TenantTx, comments, tickets};
use serde::Serialize;
use serde_json::json;
use std::cell::Cell;
use utoipa::ToSchema;

/// A new comment.
#[derive(Serialize, ToSchema)]
pub struct CommentInput {
    /// CommonMark, at most 64 KiB.
    #[schema(min_length = 1, example = "We are looking into it.")]
    body: String,
    visibility: Visibility,
}

pub const ORDERS: &[Order] = &[("created_at", "created_at", false), ("-created_at", "created_at", true)];
const READS: &[&str] = &["comment.read", "comment.read.group", "comment.read.own"];

/// A page of a ticket's comments, oldest first.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/tickets/{ticket_id}/comments", operation_id = "listComments", tag = "comments",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
        ("visibility" = Option<Visibility>, Query),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
        ("include" = Option<String>, Query, description = "What comes along. author: the contacts that these comments refer to, as far as the caller may read them"),
    ),
    responses((status = 200, body = IncludingList<Comment>)))]
pub async fn list_comments(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let reference = ticket_ref(&path.1);
    let (mut fields, asked) = listing::asked(&request, ORDERS, OF_COMMENTS);
    let visibility = fields.word::<Visibility>("visibility").map(Visibility::as_str);
    fields.finish()?;
    let include = asked.include.clone();
    let under = Cell::new(None);
    let listing = Listing { asked: asked.of(&format!("comments {}", path.1), &json!({ "visibility": visibility })), action: Action::CommentListed, object: asked_for(reference), under: Some(&under), needs: READS };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| {
            let ticket = tickets::find(tx, reference).await?.ok_or(Refusal::NotFound)?;
            under.set(Some(ticket.ticket_id.0));
            // Whoever sees no more than the ticket's fields is told so, and not that nobody has said anything.
            if !tx.enter().await?.reads_comments(ticket.requester_id, ticket.group_id) {
                return Err(Refusal::Forbidden { permission: permission::COMMENT_READ }.into());
            }
            let page = comments::list(tx, ticket.ticket_id, visibility, keyset).await?;
            let included = Included::of_comments(tx, &include, &page.rows).await?;
            Ok((page, Beside { total: None, included }))
        },
        |comment: &Comment| Key { time: Some(comment.created_at), number: None, id: comment.comment_id.0 },
    )
    .await
}

/// One comment.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/tickets/{ticket_id}/comments/{comment_id}", operation_id = "getComment", tag = "comments",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
        ("comment_id" = uuid::Uuid, Path),
        ("include" = Option<String>, Query, description = "What comes along. author: the contact who wrote it, as far as the caller may read it"),
    ),
    responses((status = 200, body = Comment)))]
pub async fn get_comment(caller: Caller, path: web::Path<(String, String, String)>) -> Result<HttpResponse, Problem> {
    let reference = ticket_ref(&path.1);
    let comment_id: CommentId = people::id(&path.2);
    let found = async {
        let mut tx = TenantTx::open(caller.database(), &caller.principal, Access::Read).await?;
        let entered = tx.enter().await?.clone();
        let comment = match tickets::find(&mut tx, reference).await? {
            Some(ticket) => comments::find(&mut tx, ticket.ticket_id, comment_id).await?,
            None => None,
        };
        let included = Included::of_comments(&mut tx, &caller.include, comment.as_slice()).await?;
        tx.commit().await?;
        Ok((entered, comment, included))
    };
    match found.await {
        Ok((entered, Some(comment), included)) => {
            caller.read(&entered, Action::CommentRead, object("comment", comment.comment_id.0), details(included.as_ref())).await?;
            Ok(HttpResponse::Ok().json(Including { record: caller.shown(&comment), included }))
        }
        Ok((entered, None, _)) => Err(caller.denied(Action::CommentRead, object("comment", comment_id.0), Problem::new(Kind::NotFound), None, Some(&entered)).await),
        Err(error) => Err(caller.refused(Action::CommentRead, objects("comment"), error, None).await),
    }
}

/// Comments on a ticket. A public comment moves the ticket up in the lists, and its version stays; an internal one moves nothing
/// of the ticket, so that whoever sees public comments alone cannot tell that there is one. A closed ticket takes none.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/tickets/{ticket_id}/comments", operation_id = "createComment", tag = "comments",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = CommentInput),
    responses((status = 201, body = Comment, headers(("Location" = String, description = "The comment's URL")))))]
pub async fn create_comment(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let reference = ticket_ref(&path.1);
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    let text = fields.required_text("body", 1, 65_536);
    if text.len() > 65_536 {
        fields.wrong("body", "length", "must be at most 64 KiB");
    }
    fields.require("visibility");
    let visibility = fields.word::<Visibility>("visibility").map_or("internal", Visibility::as_str);
    fields.finish()?;
    let comment_id = CommentId::generate();
    let base = format!("/v1/tenants/{}/tickets", caller.tenant_path());
    let found = Cell::new(None);
    answer::change_found(&caller, attempt, Action::CommentCreated, (asked_for(reference), &found), async |tx| {
        let ticket = tickets::find(tx, reference).await?.ok_or(Refusal::NotFound)?;
        found.set(Some(ticket.ticket_id.0));
        let comment = comments::create(tx, ticket.ticket_id, comment_id, visibility, &text).await?.ok_or(Refusal::NotFound)?;
        Ok(Answer::created(&comment, None, format!("{base}/{}/comments/{comment_id}", ticket.ticket_id)))
    })
    .await
}
