//! Signing in for a web page: the service speaks to the issuer, the browser holds a cookie and never a token.

pub mod begin;
pub mod callback;
pub mod cookies;
pub mod csrf;
pub mod issuer_sign_out;
pub mod logout;
pub mod sessions;
pub mod sign_out;

use crate::limits::{Limits, Refused};
use crate::problem::{Kind, Problem};
use crate::step_up::StepUp;
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use jiff::SignedDuration;
use ringfence_audit::{Action, Decision, Event, Object, Who};
use ringfence_domain::{RequestId, TenantId};
use ringfence_identity::SecretHash;
use ringfence_identity::sign_in::SignIn;
use ringfence_store::Database;
use ringfence_store::audit_trail::AuditTrail;
use serde_json::{Value, json};
use std::time::Duration;

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// Without a request.
    pub idle: SignedDuration,
    /// In all, whatever happens.
    pub absolute: SignedDuration,
}

impl SessionLimits {
    /// How long a session that was seen needs not be renewed: a minute, or a quarter of a short idle time. The database holds
    /// renewals less far apart than this, so that none which is asked for comes too early and the next too late.
    pub fn unseen(&self) -> Duration {
        (self.idle.unsigned_abs() / 4).min(Duration::from_secs(60))
    }
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { idle: SignedDuration::from_mins(30), absolute: SignedDuration::from_hours(12) }
    }
}

/// What the routes of signing in share.
pub struct Entrance {
    pub sign_in: SignIn,
    pub limits: SessionLimits,
    /// What is asked of a sign-in for what is dangerous.
    pub step_up: StepUp,
    /// Origins that pages may call from, beside the service's own.
    pub origins: Vec<String>,
    /// Leads browsers to the issuer's sign-out.
    pub envelopes: issuer_sign_out::Envelopes,
    /// Sessions seen a moment ago: for them the database needs not be told again.
    pub seen: moka::sync::Cache<SecretHash, ()>,
}

impl Entrance {
    /// Whether a page of this origin may act for who is signed in.
    pub fn admits(&self, origin: &str) -> bool {
        origin == self.sign_in.public_origin() || self.origins.iter().any(|listed| listed == origin)
    }

    /// The session's idle time begins anew, beside the request and not in its way.
    /// True where it does: not at every request.
    pub fn touch(&self, database: &Database, hash: &SecretHash) -> bool {
        if !self.seen.entry(*hash).or_insert(()).is_fresh() {
            return false;
        }
        let (database, hash, idle) = (database.clone(), *hash, self.limits.idle);
        actix_web::rt::spawn(async move {
            if let Err(error) = ringfence_store::sessions::touch(&database, &hash, idle).await {
                tracing::warn!(%error, "the idle time of a session was not renewed");
            }
        });
        true
    }
}

pub fn request_id(request: &HttpRequest) -> RequestId {
    request.extensions().get::<RequestId>().copied().unwrap_or_else(RequestId::generate)
}

/// Who asks where nobody has been proven.
pub fn nobody() -> Who {
    Who { kind: "nobody", ..Who::default() }
}

/// Somebody was turned away: told to the installation's trail, and to that of the tenant named.
///
/// # Errors
/// 503 when the event could not be made durable.
pub async fn turned_away(trail: &AuditTrail, request_id: RequestId, rule: &'static str, tenant: Option<TenantId>, who: Who) -> Result<(), Problem> {
    record(trail, request_id, Action::IdentityRejected, rule, tenant, who, json!({})).await
}

/// The same of any refusal, with what is to be said beside it.
///
/// # Errors
/// 503 when the event could not be made durable.
pub async fn record(trail: &AuditTrail, request_id: RequestId, action: Action, rule: &'static str, tenant: Option<TenantId>, who: Who, details: Value) -> Result<(), Problem> {
    let event = |tenant_id| Event {
        tenant_id,
        request_id,
        action,
        decision: Decision::Deny,
        rule: Some(rule),
        who: who.clone(),
        object: Object::default(),
        details: details.clone(),
    };
    let mut events = vec![event(None)];
    events.extend(tenant.map(|id| event(Some(id))));
    Ok(trail.record(events).await?)
}

/// Counts what was refused, and anybody may ask for again and again, on the address that it comes from, before it costs a row or an
/// event. A sign-in that succeeds is counted when it begins, and never refused on its way back.
///
/// # Errors
/// 429 when too many came from there; the first of its window is in the trail.
pub async fn counted(request: &HttpRequest, trail: &AuditTrail, tenant: Option<TenantId>) -> Result<(), Problem> {
    let_through(Limits::refused_credential(request).map(drop), request, trail, tenant).await
}

/// What the limits say; a refusal that is the first of its window is told to the trail.
///
/// # Errors
/// 429 where it is one.
pub async fn let_through(limits: Result<(), Refused>, request: &HttpRequest, trail: &AuditTrail, tenant: Option<TenantId>) -> Result<(), Problem> {
    let Err(Refused { problem, first, .. }) = limits else { return Ok(()) };
    if first {
        record(trail, request_id(request), Action::RateLimited, problem.code, tenant, nobody(), json!({})).await?;
    }
    Err(problem)
}

/// A redirection that says nothing about where it came from.
pub fn redirect(to: &str, cookies: &[String]) -> HttpResponse {
    let mut response = HttpResponse::Found();
    response.insert_header((header::LOCATION, to)).insert_header((header::REFERRER_POLICY, "no-referrer"));
    for cookie in cookies {
        response.append_header((header::SET_COOKIE, cookie.as_str()));
    }
    response.finish()
}

/// The parameters of a query or form that somebody else wrote: unknown ones are theirs to add, repeated ones are refused.
pub fn parameters(text: &str) -> Result<std::collections::BTreeMap<String, String>, Problem> {
    let pairs = actix_web::web::Query::<Vec<(String, String)>>::from_query(text).map_err(|_| Problem::new(Kind::InvalidRequest))?;
    let mut read = std::collections::BTreeMap::new();
    for (name, value) in pairs.into_inner() {
        // The name is the client's own; a long one is cut.
        let cut: String = name.chars().take(100).collect();
        if read.insert(name, value).is_some() {
            return Err(Problem::field(cut, "repeated", "is given more than once"));
        }
    }
    Ok(read)
}
