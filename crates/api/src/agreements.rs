//! Agreements with other tenants over HTTP: proposed, consented to, revoked by owners; read by staff. Nothing here tells whether
//! the tenant that a proposal names exists.

use crate::answer::{self, Answer};
use crate::body::{Fields, Unread};
use crate::caller::{Caller, object, objects};
use crate::listing::{self, Beside, ListBody, Listing};
use crate::people::{self, ORDERS};
use crate::problem::Problem;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use ringfence_audit::Action;
use ringfence_domain::{Agreement, AgreementDecision, AgreementId, AgreementState, CrossingAction, CrossingDirection, CrossingField, Slug, UnknownWord, permission};
use ringfence_store::agreements::{self, Terms};
use ringfence_store::crossing::Crossing;
use ringfence_store::{Key, Refusal, StoreError, TenantTx};
use serde::Serialize;
use std::str::FromStr;
use utoipa::ToSchema;

/// What may cross to another tenant, and from it. It holds once an owner there has consented.
#[derive(Serialize, ToSchema)]
pub struct AgreementInput {
    /// Slug of the other tenant. Whether there is one is not told.
    #[schema(min_length = 3, max_length = 40, example = "globex")]
    partner: String,
    direction: CrossingDirection,
    #[schema(min_items = 1, max_items = 2)]
    actions: Vec<CrossingAction>,
    /// What of a ticket goes over; nothing else does.
    #[schema(max_items = 7)]
    fields: Vec<CrossingField>,
    expires_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub struct AgreementStateInput {
    state: AgreementDecision,
}

/// A page of the tenant's agreements, oldest first.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/agreements", operation_id = "listAgreements", tag = "crossing",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<Agreement>)))]
pub async fn list_agreements(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (fields, asked) = listing::asked(&request, ORDERS, &[]);
    fields.finish()?;
    let listing = Listing { asked: asked.of("agreements", &()), action: Action::AgreementListed, object: objects("agreement"), under: None, needs: &[permission::AGREEMENT_READ] };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| Ok((agreements::list(tx, keyset).await?, Beside::default())),
        |agreement: &Agreement| Key { time: Some(agreement.created_at), number: None, id: agreement.agreement_id.0 },
    )
    .await
}

/// Proposes an agreement to another tenant, and consents to it on this side.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/agreements", operation_id = "createAgreement", tag = "crossing",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = AgreementInput),
    responses((status = 201, body = Agreement, headers(("ETag" = String, description = "The version"), ("Location" = String, description = "The agreement's URL")))))]
pub async fn create_agreement(caller: Caller, request: HttpRequest, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    let terms = terms(&mut fields);
    fields.finish()?;
    let Some(terms) = terms else { return Err(Problem::new(crate::problem::Kind::InvalidRequest)) };
    let agreement_id = AgreementId::generate();
    let location = format!("/v1/tenants/{}/agreements/{agreement_id}", caller.tenant_path());
    let answer = answer::change(&caller, attempt, Action::AgreementProposed, objects("agreement"), async |tx| {
        let agreement = agreements::propose(tx, agreement_id, &terms).await?;
        Ok(Answer::created(&agreement, Some(agreement.version), location.clone()))
    })
    .await;
    nudge(&request);
    answer
}

fn terms(fields: &mut Fields) -> Option<Terms> {
    let partner = fields.required_text("partner", 3, 40);
    let partner: Option<Slug> = partner.parse().ok();
    if partner.is_none() {
        fields.wrong("partner", "invalid", "must be a slug, such as globex");
    }
    fields.require("direction");
    let direction = fields.word::<CrossingDirection>("direction").map(CrossingDirection::as_str);
    let actions = words::<CrossingAction>(fields, "actions", CrossingAction::ALL.len());
    if actions.as_ref().is_some_and(Vec::is_empty) {
        fields.wrong("actions", "required", "must name at least one");
    }
    let kinds = words::<CrossingField>(fields, "fields", CrossingField::ALL.len());
    fields.require("expires_at");
    let expires_at = fields.time("expires_at");
    if expires_at.is_some_and(|time| time <= Timestamp::now()) {
        fields.wrong("expires_at", "out_of_range", "must be in the future");
    }
    Some(Terms { partner: partner?, direction: direction?, actions: actions?, fields: kinds?, expires_at: expires_at? })
}

/// A required list of words of a closed set.
fn words<T: FromStr<Err = UnknownWord>>(fields: &mut Fields, name: &str, most: usize) -> Option<Vec<String>> {
    fields.require(name);
    let texts = fields.texts(name, most, 40)?;
    for text in &texts {
        if let Err(UnknownWord { expected }) = text.parse::<T>() {
            fields.wrong(name, "unknown_value", format!("must hold words of: {}", expected.trim()));
            return None;
        }
    }
    Some(texts)
}

/// One agreement.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/agreements/{agreement_id}", operation_id = "getAgreement", tag = "crossing",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("agreement_id" = uuid::Uuid, Path),
    ),
    responses((status = 200, body = Agreement, headers(("ETag" = String, description = "The version, for If-Match")))))]
pub async fn get_agreement(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let agreement_id: AgreementId = people::id(&path.1);
    let found = agreements::get(caller.database(), &caller.principal, agreement_id).await;
    people::read(&caller, (Action::AgreementRead, object("agreement", agreement_id.0)), found, |agreement| agreement.version).await
}

/// Consents to what the partner proposed, or revokes: at once on this side, at the next transaction on the other, and for good.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/agreements/{agreement_id}/state", operation_id = "setAgreementState", tag = "crossing",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("agreement_id" = uuid::Uuid, Path),
        ("If-Match" = String, Header, description = "The version read, as its ETag", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = AgreementStateInput),
    responses((status = 200, body = Agreement, headers(("ETag" = String, description = "The new version")))))]
pub async fn set_agreement_state(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let agreement_id: AgreementId = people::id(&path.1);
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    fields.require("state");
    let decision = fields.word::<AgreementDecision>("state");
    fields.finish()?;
    let decision = decision.unwrap_or(AgreementDecision::Revoked);
    let version = answer::expected_version(&request)?;
    let action = match decision {
        AgreementDecision::Consented => Action::AgreementConsented,
        AgreementDecision::Revoked => Action::AgreementRevoked,
    };
    let answer = answer::change(&caller, attempt, action, object("agreement", agreement_id.0), async |tx| {
        if let Some(agreement) = agreements::decide(tx, agreement_id, version, decision).await? {
            return Ok(Answer::ok(&agreement, Some(agreement.version)));
        }
        Err(why_not(tx, agreement_id, version).await?)
    })
    .await;
    nudge(&request);
    answer
}

async fn why_not(tx: &mut TenantTx, agreement: AgreementId, version: i32) -> Result<StoreError, StoreError> {
    const REVOKED: &str = AgreementState::Revoked.as_str();
    const EXPIRED: &str = AgreementState::Expired.as_str();
    let may = tx.enter().await?.permissions.has(permission::AGREEMENT_MANAGE);
    let visible = agreements::find(tx, agreement).await?;
    let refusal = match visible {
        None => Refusal::NotFound,
        Some(_) if !may => Refusal::Forbidden { permission: permission::AGREEMENT_MANAGE },
        Some(seen) if seen.version != version => Refusal::VersionMismatch { current: seen.version },
        Some(seen) if seen.state == REVOKED => Refusal::Conflict { code: "agreement_revoked", message: "a revoked agreement stays so" },
        Some(seen) if seen.state == EXPIRED => Refusal::Conflict { code: "agreement_expired", message: "the agreement has expired" },
        Some(_) => Refusal::Conflict { code: "agreement_consented", message: "this side has consented already" },
    };
    Ok(refusal.into())
}

/// Spares what was just sent the wait for the carrier's next look.
pub fn nudge(request: &HttpRequest) {
    if let Some(crossing) = request.app_data::<Data<Crossing>>() {
        crossing.nudge();
    }
}
