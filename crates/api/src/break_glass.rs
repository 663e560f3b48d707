//! Breaking the glass over HTTP: an owner gives a named person a role for hours, and the tenant sees it. The database decides
//! who may, and ends it by its own clock; nothing runs here when a grant expires.

use crate::answer::{self, Answer};
use crate::body::{Fields, Unread};
use crate::caller::{Caller, object, objects};
use crate::listing::{self, Beside, ListBody, Listing};
use crate::people::{self, ORDERS};
use crate::problem::{Kind, Problem};
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_domain::{BreakGlassGrant, GrantId, GrantedRole, permission};
use ringfence_store::break_glass::{self, NewGrant};
use ringfence_store::{Access, Key, Refusal, TenantTx};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

const OBJECT: &str = "break_glass_grant";

/// A role for hours: for whom, and why.
#[derive(Serialize, ToSchema)]
pub struct BreakGlassInput {
    /// The issuer of their tokens (`iss`).
    #[schema(min_length = 1, max_length = 500, example = "https://login.example.com")]
    issuer: String,
    /// Their subject there (`sub`), at most 255 bytes.
    #[schema(min_length = 1, max_length = 255, example = "248289761001")]
    subject: String,
    /// For somebody whom the tenant does not know yet; their subject without it.
    #[schema(min_length = 1, max_length = 200, example = "Engineer on call")]
    name: Option<String>,
    role: GrantedRole,
    #[schema(minimum = 1, maximum = 24, example = 4)]
    hours: i32,
    /// Whoever may read members reads it.
    #[schema(min_length = 10, max_length = 1000, example = "Recovering the tickets of last night's outage")]
    reason: String,
}

/// Gives a named person a role for hours. It replaces what they are while it lasts, without the rights to manage members,
/// roles and tokens: nothing that it gives outlasts it.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/break-glass", operation_id = "grantBreakGlass", tag = "break_glass",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = BreakGlassInput),
    responses((status = 201, body = BreakGlassGrant, headers(("Location" = String, description = "The grant's URL")))))]
pub async fn grant_break_glass(caller: Caller, request: HttpRequest, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    for name in ["role", "hours"] {
        fields.require(name);
    }
    let (issuer, subject) = people::identity(&mut fields);
    let new = NewGrant {
        grant_id: GrantId::generate(),
        issuer,
        subject,
        name: fields.text("name", 1, 200),
        role: fields.word::<GrantedRole>("role").unwrap_or(GrantedRole::Auditor).as_str(),
        hours: fields.number("hours", 1, 24).unwrap_or(1),
        reason: fields.required_text("reason", 10, 1000),
    };
    fields.finish()?;
    let location = format!("/v1/tenants/{}/break-glass/{}", caller.tenant_path(), new.grant_id);
    answer::change(&caller, attempt, Action::BreakGlassGranted, objects(OBJECT), async |tx| {
        if let Some(grant) = break_glass::grant(tx, &new).await? {
            return Ok(Answer::created(&grant, None, location.clone()));
        }
        let entered = tx.enter().await?;
        let grants = entered.permissions.has(permission::BREAK_GLASS_GRANT) && entered.on_behalf_of().is_none();
        Err(if grants {
            Refusal::Conflict { code: "holds_more", message: "an owner or a service is not given a role for hours" }
        } else {
            Refusal::Forbidden { permission: permission::BREAK_GLASS_GRANT }
        }
        .into())
    })
    .await
}

/// A page of the grants, those past among them, oldest first.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/break-glass", operation_id = "listBreakGlassGrants", tag = "break_glass",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("member_id" = Option<uuid::Uuid>, Query),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<BreakGlassGrant>)))]
pub async fn list_break_glass_grants(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (mut fields, asked) = listing::asked(&request, ORDERS, &[]);
    let filter = break_glass::Filter { member_id: fields.uuid("member_id") };
    fields.finish()?;
    let listing = Listing { asked: asked.of("break_glass", &filter), action: Action::BreakGlassListed, object: objects(OBJECT), under: None, needs: &[permission::MEMBER_READ] };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| Ok((break_glass::list(tx, &filter, keyset).await?, Beside::default())),
        |grant: &BreakGlassGrant| Key { time: Some(grant.created_at), number: None, id: grant.grant_id.0 },
    )
    .await
}

/// One grant, in force or past.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/break-glass/{grant_id}", operation_id = "getBreakGlassGrant", tag = "break_glass",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("grant_id" = uuid::Uuid, Path),
    ),
    responses((status = 200, body = BreakGlassGrant)))]
pub async fn get_break_glass_grant(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let grant_id: GrantId = people::id(&path.1);
    let asked_for = object(OBJECT, grant_id.0);
    let found = async {
        let mut tx = TenantTx::open(caller.database(), &caller.principal, Access::Read).await?;
        let entered = tx.enter().await?.clone();
        let grant = break_glass::find(&mut tx, grant_id).await?;
        tx.commit().await?;
        Ok((entered, grant))
    };
    match found.await {
        Ok((entered, Some(grant))) => {
            caller.read(&entered, Action::BreakGlassRead, asked_for, json!({})).await?;
            Ok(HttpResponse::Ok().json(caller.shown(&grant)))
        }
        Ok((entered, None)) => Err(caller.denied(Action::BreakGlassRead, asked_for, Problem::new(Kind::NotFound), None, Some(&entered)).await),
        Err(error) => Err(caller.refused(Action::BreakGlassRead, asked_for, error, None).await),
    }
}

/// Ends a grant at once; the next request of whoever had it feels it.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/break-glass/{grant_id}", operation_id = "revokeBreakGlassGrant", tag = "break_glass",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("grant_id" = uuid::Uuid, Path),
    ),
    responses((status = 204, description = "Ended")))]
pub async fn revoke_break_glass_grant(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let grant_id: GrantId = people::id(&path.1);
    answer::change(&caller, None, Action::BreakGlassRevoked, object(OBJECT, grant_id.0), async |tx| {
        if break_glass::revoke(tx, grant_id).await? {
            return Ok(Answer::no_content());
        }
        let may = tx.enter().await?.permissions.has(permission::BREAK_GLASS_GRANT);
        match break_glass::find(tx, grant_id).await? {
            None => Err(Refusal::NotFound.into()),
            Some(_) if may => Ok(Answer::ended_before()),
            Some(_) => Err(Refusal::Forbidden { permission: permission::BREAK_GLASS_GRANT }.into()),
        }
    })
    .await
}
