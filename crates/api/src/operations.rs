//! Who am I, the trail, and what operators ask: live, ready, metrics.

use crate::caller::{self, ACT_AS, Authenticated, Caller, objects};
use crate::listing::{self, Beside, ListBody, Listing, Order};
use crate::problem::{Problem, ProblemBody};
use crate::service::Readiness;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusHandle;
use ringfence_audit::Action;
use ringfence_domain::{AuditEvent, TenantMembership, permission};
use ringfence_store::{Key, Principal, Refusal, StoreError, audit, tenants};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Of an API token there is none: it belongs to its tenant.
    pub subject: Option<String>,
    pub issuer: Option<String>,
    /// `user` or `service`.
    pub kind: &'static str,
    pub identity_id: Option<Uuid>,
    /// Of a browser's session alone.
    pub session: Option<MySession>,
    pub tenants: Vec<TenantMembership>,
    /// Of an API token, what it may be used for at most; null for every other credential.
    pub token: Option<TokenLimits>,
}

/// An API token's bounds.
#[derive(Serialize, ToSchema)]
pub struct TokenLimits {
    pub api_token_id: Option<String>,
    pub tenant_id: Uuid,
    pub scopes: Vec<String>,
    pub expires_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub struct MySession {
    pub session_id: Uuid,
    /// To be sent as X-CSRF-Token with everything but GET.
    #[schema(example = "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg")]
    pub csrf_token: String,
    /// When the person proved themselves; null where the issuer does not say, and then it is not fresh.
    pub authenticated_at: Option<Timestamp>,
    /// How strongly the person proved themselves, in the issuer's words.
    pub acr: Option<String>,
    /// The address that the issuer said is the person's own.
    pub verified_email: Option<String>,
    /// Without another request.
    pub idle_expires_at: Timestamp,
    pub expires_at: Timestamp,
}

fn session(caller: &Authenticated) -> Option<MySession> {
    let (session, secret) = (caller.session()?, caller.secret.as_ref()?);
    Some(MySession {
        session_id: session.session_id,
        csrf_token: secret.csrf_token(),
        authenticated_at: session.authenticated_at,
        acr: session.acr.clone(),
        verified_email: session.verified_email.clone(),
        idle_expires_at: session.idle_expires_at,
        expires_at: session.expires_at,
    })
}

/// Who the caller is, and in which tenants.
#[utoipa::path(get, path = "/v1/me", operation_id = "getMe", tag = "identity", responses((status = 200, body = Me)))]
pub async fn get_me(caller: Authenticated, request: HttpRequest) -> Result<HttpResponse, Problem> {
    if caller::act_as(&request)?.is_some() {
        return Err(Problem::field(ACT_AS, "contradiction", "is for the routes of a tenant"));
    }
    let (identified, principals) = match Principal::for_each_tenant(&caller.database, &caller.credential, &caller.context).await {
        Err(StoreError::Refused(Refusal::Credential)) => return Err(caller.rejected(None).await),
        found => found?,
    };
    let (mut memberships, mut entries) = (Vec::new(), Vec::new());
    let mut token = None;
    for principal in &principals {
        match tenants::membership(&caller.database, principal).await {
            Ok((entered, membership)) => {
                if let Some(limits) = entered.limits.clone() {
                    token = Some(TokenLimits { api_token_id: entered.credential_id.clone(), tenant_id: membership.tenant_id.0, scopes: limits.scopes, expires_at: limits.expires_at });
                }
                entries.push((membership.tenant_id, entered));
                memberships.push(membership);
            }
            Err(StoreError::Refused(Refusal::Credential)) => return Err(caller.rejected(None).await),
            // Ended or suspended since it was listed.
            Err(StoreError::Refused(Refusal::NoEntry)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    memberships.sort_by(|a, b| a.slug.cmp(&b.slug));
    // The membership says what is a service, and not the credential, unless there is none.
    let kind = entries.first().map_or(caller.credential.kind(), |(_, entered)| entered.kind);
    caller.identity_read(identified.as_ref().map(|i| i.identity_id), &entries).await?;
    Ok(HttpResponse::Ok().json(Me {
        subject: identified.as_ref().map(|i| i.subject.clone()),
        issuer: identified.as_ref().map(|i| i.issuer.clone()),
        kind: kind.as_str(),
        identity_id: identified.as_ref().map(|i| i.identity_id.0),
        session: session(&caller),
        tenants: memberships,
        token,
    }))
}

/// What an event can be about.
pub const OBJECT_KINDS: &[&str] = &[
    "agreement", "api_token", "audit", "break_glass_grant", "comment", "contact", "group", "invitation", "member", "organization",
    "provisioning_settings", "reporting_login", "role", "scim_group", "scim_schema", "scim_user", "session", "sign_in_settings", "tenant", "ticket",
];

pub const ORDERS: &[Order] = &[("-position", "number", true), ("position", "number", false)];

/// The tenant's audit trail, newest first; up to date with every answered request.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/audit", operation_id = "listAudit", tag = "audit",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("actor_id" = Option<Uuid>, Query, description = "Member who acted"),
        ("action" = Option<String>, Query, description = "Such as ticket.read"),
        ("object_type" = Option<String>, Query, description = "Such as ticket"),
        ("object_id" = Option<Uuid>, Query),
        ("decision" = Option<String>, Query, description = "allow or deny"),
        ("after" = Option<String>, Query, description = "Recorded at or after; RFC 3339"),
        ("before" = Option<String>, Query, description = "Recorded before; RFC 3339"),
        ("request_id" = Option<Uuid>, Query),
        ("order" = Option<String>, Query, description = "-position (default) or position"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<AuditEvent>)))]
pub async fn list_audit(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (mut fields, asked) = listing::asked(&request, ORDERS, &[]);
    let decision = fields.text("decision", 1, 10);
    if decision.as_deref().is_some_and(|d| d != "allow" && d != "deny") {
        fields.wrong("decision", "unknown_value", "must be allow or deny");
    }
    let action = fields.text("action", 1, 100);
    if action.as_deref().is_some_and(|name| !Action::ALL.iter().any(|known| known.as_str() == name)) {
        fields.wrong("action", "unknown_value", "must be the name of an action, such as ticket.read");
    }
    let object_type = fields.text("object_type", 1, 100);
    if object_type.as_deref().is_some_and(|kind| !OBJECT_KINDS.contains(&kind)) {
        fields.wrong("object_type", "unknown_value", format!("must be one of: {}", OBJECT_KINDS.join(" ")));
    }
    let filter = audit::Filter {
        actor_id: fields.uuid("actor_id"),
        action,
        object_type,
        object_id: fields.uuid("object_id"),
        decision,
        request_id: fields.uuid("request_id"),
        after: fields.time("after"),
        before: fields.time("before"),
    };
    fields.finish()?;
    let asked = asked.of("audit", &filter);
    caller.catch_up().await?;
    let listing = Listing { asked, action: Action::AuditListed, object: objects("audit"), under: None, needs: &[permission::AUDIT_READ] };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| Ok((audit::list(tx, &filter, keyset).await?, Beside::default())),
        |event: &AuditEvent| Key { time: None, number: Some(event.position), id: event.event_id },
    )
    .await
}

#[derive(Serialize, ToSchema)]
pub struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Live: the process answers.
#[utoipa::path(get, path = "/healthz", operation_id = "healthz", tag = "operations", security(()), responses((status = 200, body = Health)))]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Ready: the database answers, migrations and policies are in place, the walls verified.
#[utoipa::path(get, path = "/readyz", operation_id = "readyz", tag = "operations", security(()),
    responses((status = 200, body = Health), (status = 503, body = ProblemBody)))]
pub async fn readyz(readiness: Data<Readiness>) -> Result<HttpResponse, Problem> {
    readiness.check().await?;
    Ok(HttpResponse::Ok().json(Health { status: "ready" }))
}

/// Counters and histograms (Prometheus text); a tenant is never a label.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "operations", security(()), responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn metrics(handle: Data<PrometheusHandle>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(handle.render())
}
