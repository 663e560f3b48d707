//! API tokens over HTTP: shown once, listed without their secret, revoked for good. Who may make which, the doors decide.

use crate::answer::{self, Answer};
use crate::body::{Fields, JsonBody, Unread};
use crate::caller::{Caller, object, objects};
use crate::listing::{self, Beside, ListBody, Listing};
use crate::people::{self, ORDERS};
use crate::problem::{Kind, Problem};
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::{SignedDuration, Timestamp};
use ringfence_audit::Action;
use ringfence_domain::{ApiToken, ApiTokenId, permission};
use ringfence_identity::credential::PresentedApiToken;
use ringfence_store::api_tokens::{self, Lifetime, NewApiToken};
use ringfence_store::{Key, Refusal};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// Days that a token holds where nobody says how long.
const DAYS: i32 = 90;
const MOST_DAYS: i32 = 366;
/// A token that makes tokens would never end.
pub const NO_SCOPES: [&str; 2] = [permission::TOKEN_CREATE, permission::TOKEN_MANAGE];

/// A new API token.
#[derive(Serialize, ToSchema)]
pub struct ApiTokenInput {
    #[schema(min_length = 1, max_length = 200, example = "Nightly export")]
    name: String,
    /// Permissions that the caller holds, or narrower forms of them; none by which tokens are made. Nobody makes or changes what they
    /// do not see: `ticket.create` alone makes no ticket, with `ticket.read` it does.
    #[schema(min_items = 1, max_items = 100)]
    scopes: Vec<String>,
    /// At most 366 days from now.
    expires_at: Option<Timestamp>,
    /// In place of `expires_at`; 90 where neither is given.
    #[schema(minimum = 1, maximum = 366, example = 90)]
    expires_in_days: Option<i32>,
    /// A service account, for whoever manages tokens; the caller's own token without it.
    member_id: Option<Uuid>,
}

/// A token just made.
#[derive(Serialize, ToSchema)]
pub struct MadeApiToken {
    pub api_token_id: Uuid,
    pub member_id: Uuid,
    pub name: String,
    pub scopes: Vec<String>,
    pub created_by: Uuid,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// The token in full, here and never again: null in the answer to a request repeated under its idempotency key.
    #[schema(example = "rft_01980000000070008000000000000001_3f786850e387550fdab836ed7e6dc881de23001b36d0d8a0a4b0f9e4f7d0c2aa_1b2f3c4d")]
    pub token: Option<String>,
}

impl MadeApiToken {
    fn of(made: ApiToken, token: Option<String>) -> Self {
        let ApiToken { api_token_id, member_id, name, scopes, created_by, created_at, expires_at, last_used_at, revoked_at } = made;
        Self { api_token_id: api_token_id.0, member_id: member_id.0, name, scopes, created_by: created_by.0, created_at, expires_at, last_used_at, revoked_at, token }
    }
}

/// A page of API tokens, oldest first: all of them for whoever manages tokens, one's own for everybody else.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/api-tokens", operation_id = "listApiTokens", tag = "machines",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("member_id" = Option<Uuid>, Query, description = "The owner"),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<ApiToken>)))]
pub async fn list_api_tokens(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (mut fields, asked) = listing::asked(&request, ORDERS, &[]);
    let filter = api_tokens::Filter { member_id: fields.uuid("member_id") };
    fields.finish()?;
    let asked = asked.of("api_tokens", &filter);
    let needs = &[permission::TOKEN_MANAGE, permission::TOKEN_CREATE];
    let listing = Listing { asked, action: Action::ApiTokenListed, object: objects("api_token"), under: None, needs };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| Ok((api_tokens::list(tx, &filter, keyset).await?, Beside::default())),
        |token: &ApiToken| Key { time: Some(token.created_at), number: None, id: token.api_token_id.0 },
    )
    .await
}

/// Makes an API token. Its secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/api-tokens", operation_id = "createApiToken", tag = "machines",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours; they do not show the token again"),
    ),
    request_body(content = ApiTokenInput),
    responses((status = 201, body = MadeApiToken, headers(("Location" = String, description = "The token's URL")))))]
pub async fn create_api_token(caller: Caller, request: HttpRequest, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let secret = PresentedApiToken::generate(*caller.tenant_id().0.as_bytes()).map_err(|_| Problem::new(Kind::Internal))?;
    let hash = caller.database().credential_hash("api_token", &secret.secret);
    let new = read(body, |name, member_id, scopes, lifetime| NewApiToken { api_token_id: ApiTokenId::generate(), member_id, name, hash, scopes, lifetime })?;
    let path = format!("/v1/tenants/{}/api-tokens", caller.tenant_path());
    answer::change(&caller, attempt, Action::ApiTokenCreated, objects("api_token"), async |tx| {
        let made = api_tokens::create(tx, &new).await?;
        let location = format!("{path}/{}", made.api_token_id);
        let kept = MadeApiToken::of(made.clone(), None);
        Ok(Answer::created(&MadeApiToken::of(made, Some(secret.text())), None, location).shown_once(&kept))
    })
    .await
}

/// One API token, without its secret.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/api-tokens/{api_token_id}", operation_id = "getApiToken", tag = "machines",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("api_token_id" = Uuid, Path),
    ),
    responses((status = 200, body = ApiToken)))]
pub async fn get_api_token(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let token: ApiTokenId = people::id(&path.1);
    let asked_for = object("api_token", token.0);
    match api_tokens::get(caller.database(), &caller.principal, token).await {
        Ok((entered, Some(record))) => {
            caller.read(&entered, Action::ApiTokenRead, asked_for, json!({})).await?;
            Ok(HttpResponse::Ok().json(caller.shown(&record)))
        }
        Ok((entered, None)) => Err(caller.denied(Action::ApiTokenRead, asked_for, Problem::new(Kind::NotFound), None, Some(&entered)).await),
        Err(error) => Err(caller.refused(Action::ApiTokenRead, asked_for, error, None).await),
    }
}

/// Revokes an API token: its next request is refused. It stays in the list; revoking it again changes nothing.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/api-tokens/{api_token_id}", operation_id = "revokeApiToken", tag = "machines",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("api_token_id" = Uuid, Path),
    ),
    responses((status = 204, description = "Revoked")))]
pub async fn revoke_api_token(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let token: ApiTokenId = people::id(&path.1);
    answer::change(&caller, None, Action::ApiTokenRevoked, object("api_token", token.0), async |tx| {
        if api_tokens::revoke(tx, token).await? {
            return Ok(Answer::no_content());
        }
        match api_tokens::find(tx, token).await? {
            Some(record) if record.revoked_at.is_some() => Ok(Answer::ended_before()),
            Some(_) => Err(Refusal::Forbidden { permission: permission::TOKEN_MANAGE }.into()),
            None => Err(Refusal::NotFound.into()),
        }
    })
    .await
}

fn read<T>(body: JsonBody, make: impl FnOnce(String, Option<Uuid>, Vec<String>, Lifetime) -> T) -> Result<T, Problem> {
    let mut fields = Fields::of(body.fields);
    let name = fields.required_text("name", 1, 200);
    let member_id = fields.uuid("member_id");
    fields.require("scopes");
    let scopes = fields.permissions("scopes");
    if scopes.as_ref().is_some_and(Vec::is_empty) {
        fields.wrong("scopes", "required", "must hold at least one");
    }
    if scopes.iter().flatten().any(|scope| NO_SCOPES.contains(&scope.as_str())) {
        fields.wrong("scopes", "invalid", "no token makes tokens");
    }
    let until = fields.time("expires_at");
    let longest = Timestamp::now() + SignedDuration::from_hours(24 * i64::from(MOST_DAYS));
    if until.is_some_and(|until| until > longest) {
        fields.wrong("expires_at", "out_of_range", format!("must be at most {MOST_DAYS} days from now"));
    }
    let days = fields.number("expires_in_days", 1, MOST_DAYS);
    if until.is_some() && days.is_some() {
        fields.wrong("expires_in_days", "contradiction", "is given beside expires_at");
    }
    fields.finish()?;
    let lifetime = until.map_or_else(|| Lifetime::Days(days.unwrap_or(DAYS)), Lifetime::Until);
    Ok(make(name, member_id, scopes.unwrap_or_default(), lifetime))
}
