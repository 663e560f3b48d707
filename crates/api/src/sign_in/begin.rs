//! GET the issuers, and GET a sign-in: the way out to an issuer's page. It sends nobody anywhere but to a configured issuer.

use super::{Entrance, cookies, let_through, redirect};
use crate::body::Fields;
use crate::limits::Limits;
use crate::problem::{Kind, Problem};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use jiff::SignedDuration;
use ringfence_domain::{TenantId, TenantRef};
use ringfence_identity::sign_in::{Asked, AttemptSecret, SignInError};
use ringfence_store::Database;
use ringfence_store::audit_trail::AuditTrail;
use ringfence_store::sessions::{self, Attempt};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// How long somebody may take at the issuer's page.
const LIFETIME: Duration = Duration::from_secs(600);
/// The longest `max_age` that can be asked for: a session's whole day is longer than any session.
const LONGEST: i64 = 86_400;

/// The issuers by which people sign in here.
#[derive(Serialize, ToSchema)]
pub struct Issuers {
    data: Vec<IssuerLink>,
}

#[derive(Serialize, ToSchema)]
pub struct IssuerLink {
    #[schema(example = "https://id.example.com")]
    issuer: String,
    /// Where to send the browser; `return_to` may be added.
    #[schema(example = "/v1/auth/sign-in?issuer=https%3A%2F%2Fid.example.com")]
    sign_in: String,
}

/// By whom people can sign in.
#[utoipa::path(get, path = "/v1/auth/issuers", operation_id = "listIssuers", tag = "sign-in", security(()), responses((status = 200, body = Issuers)))]
pub async fn list_issuers(request: HttpRequest, entrance: Data<Entrance>) -> Result<HttpResponse, Problem> {
    Fields::of_query(request.query_string()).finish()?;
    let link = |issuer: &str| IssuerLink { issuer: issuer.to_owned(), sign_in: format!("/v1/auth/sign-in?issuer={}", escaped(issuer)) };
    Ok(HttpResponse::Ok().json(Issuers { data: entrance.sign_in.issuers().map(link).collect() }))
}

/// Sends the browser to an issuer to sign in, and back to `return_to` afterwards.
#[utoipa::path(get, path = "/v1/auth/sign-in", operation_id = "signIn", tag = "sign-in", security(()),
    params(
        ("issuer" = Option<String>, Query, description = "One of listIssuers; may be left out where there is only one"),
        ("return_to" = Option<String>, Query, description = "A path of the service, or a page of an origin that may call it; / by default"),
        ("tenant" = Option<String>, Query, description = "Slug or UUID of the tenant meant: its audit trail is told of a sign-in that fails"),
        ("max_age" = Option<i64>, Query, description = "Seconds: the person must have proven themselves no longer ago, or do it again"),
        ("acr" = Option<String>, Query, description = "The authentication context that must be reached, in the issuer's words"),
    ),
    responses((status = 302, description = "To the issuer's page", headers(("Location" = String), ("Set-Cookie" = String)))))]
pub async fn sign_in(request: HttpRequest, entrance: Data<Entrance>, database: Data<Database>, trail: Data<AuditTrail>) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::of_query(request.query_string());
    let issuer = fields.text("issuer", 1, 500);
    let return_to = fields.text("return_to", 1, 2000);
    let tenant = fields.parsed::<TenantRef>("tenant", "the slug or UUID of a tenant");
    let max_age = fields.parsed::<i64>("max_age", "a number of seconds");
    if max_age.is_some_and(|seconds| !(1..=LONGEST).contains(&seconds)) {
        fields.wrong("max_age", "out_of_range", format!("must be from 1 to {LONGEST}"));
    }
    let acr = fields.text("acr", 1, 255);
    if acr.as_deref().is_some_and(|acr| acr.contains(char::is_whitespace)) {
        fields.wrong("acr", "invalid", "must be one word");
    }
    let mut known = entrance.sign_in.issuers();
    let issuer = match (issuer, known.next(), known.next()) {
        (Some(named), _, _) => named,
        (None, Some(only), None) => only.to_owned(),
        _ => {
            fields.wrong("issuer", "required", "is required");
            String::new()
        }
    };
    if !issuer.is_empty() && !entrance.sign_in.issuers().any(|known| known == issuer) {
        fields.wrong("issuer", "unknown_value", "must be one of those that listIssuers names");
    }
    let target = entrance.sign_in.return_to(return_to.as_deref().unwrap_or("/"), &entrance.origins);
    if target.is_none() {
        fields.wrong("return_to", "invalid", "must be a path of the service, or a page of an origin that may call it");
    }
    fields.finish()?;
    let_through(Limits::sign_in_begun(&request), &request, &trail, None).await?;
    let asked = Asked { max_age: max_age.map(SignedDuration::from_secs), acr };
    let secret = AttemptSecret::generate().map_err(|_| Problem::new(Kind::Internal))?;
    let leads = entrance.sign_in.begin(&issuer, &asked, &secret).await.map_err(refused)?;
    let attempt = Attempt {
        issuer,
        return_to: target.map(|url| url.to_string()).unwrap_or_default(),
        tenant_id: named(&database, tenant).await?,
        max_age: max_age.and_then(|seconds| i32::try_from(seconds).ok()),
        acr: asked.acr,
    };
    let lifetime = SignedDuration::try_from(LIFETIME).unwrap_or(SignedDuration::ZERO);
    sessions::begin_sign_in(&database, &database.credential_hash("sign_in", secret.bytes()), &attempt, lifetime).await?;
    let mut set: Vec<String> = cookies::given_up(&request).iter().map(|name| cookies::clear(name)).collect();
    set.push(cookies::set(&cookies::attempt_name(&secret.state()), &secret.expose(), LIFETIME));
    Ok(redirect(leads.as_str(), &set))
}

/// A tenant that is not there is not told apart: the sign-in goes on.
async fn named(database: &Database, tenant: Option<TenantRef>) -> Result<Option<TenantId>, Problem> {
    match tenant {
        Some(TenantRef::Id(id)) => Ok(Some(id)),
        Some(TenantRef::Slug(slug)) => Ok(database.resolve_uncached(&slug).await?),
        None => Ok(None),
    }
}

/// What the issuer's end of it came to, for the browser.
pub fn refused(error: SignInError) -> Problem {
    match error.code() {
        "issuer_unavailable" => Problem::with_code(Kind::Unavailable, "issuer_unavailable"),
        code => Problem::with_code(Kind::Unauthenticated, code),
    }
}

/// As a value in a query (RFC 3986, section 2.1).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
