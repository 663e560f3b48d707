//! What members, groups, organizations and contacts share over HTTP; it decides nothing about who may do what.

use crate::answer::{self, etag};
use crate::body::Fields;
use crate::caller::Caller;
use crate::listing::Order;
use crate::problem::{Kind, Problem};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use ringfence_audit::{Action, Object};
use ringfence_domain::hyphenated;
use ringfence_identity::IssuerConfig;
use ringfence_store::{Entered, Refusal, StoreError, TenantTx};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub const ORDERS: &[Order] = &[("created_at", "created_at", false), ("-created_at", "created_at", true)];

/// The id in a route. A name that nothing can have is one that does not exist: it is looked for, refused and recorded as any other.
pub fn id<T: From<Uuid>>(text: &str) -> T {
    hyphenated(text).unwrap_or_default().into()
}

/// The version that a DELETE was given to compare, if it was.
///
/// # Errors
/// 400 for one that is not an entity tag of ours.
pub fn version_if_given(request: &HttpRequest) -> Result<Option<i32>, Problem> {
    if request.headers().contains_key(header::IF_MATCH) { answer::expected_version(request).map(Some) } else { Ok(None) }
}

/// Answers the reading of one record, recorded before it is sent.
///
/// # Errors
/// The problem, its denial recorded.
pub async fn read<T: Serialize>(
    caller: &Caller,
    (action, asked_for): (Action, Object),
    found: Result<(Entered, Option<T>), StoreError>,
    version: impl Fn(&T) -> i32,
) -> Result<HttpResponse, Problem> {
    match found {
        Ok((entered, Some(record))) => {
            let version = version(&record);
            caller.read(&entered, action, Object { version: Some(version), ..asked_for }, json!({})).await?;
            Ok(HttpResponse::Ok().insert_header((header::ETAG, etag(version))).json(caller.shown(&record)))
        }
        Ok((entered, None)) => Err(caller.denied(action, asked_for, Problem::new(Kind::NotFound), None, Some(&entered)).await),
        Err(error) => Err(caller.refused(action, asked_for, error, None).await),
    }
}

/// Nothing matched a change: what the caller sees of the row tells them why. Whoever may not make it is told so whatever version they
/// name (RFC 9110, section 13.2.1), and that the doors know, row by row: it is tried again against the version that stands. What the
/// try did goes with the transaction, which the refusal ends.
///
/// # Errors
/// When the database cannot be asked.
pub async fn why_not(
    tx: &mut TenantTx,
    expected: Option<i32>,
    permission: &'static str,
    seen: impl AsyncFn(&mut TenantTx) -> Result<Option<i32>, StoreError>,
    again: impl AsyncFn(&mut TenantTx, i32) -> Result<bool, StoreError>,
) -> Result<Refusal, StoreError> {
    let forbidden = Refusal::Forbidden { permission };
    let Some(current) = seen(tx).await? else { return Ok(Refusal::NotFound) };
    if expected.is_none_or(|expected| expected == current) || !tx.enter().await?.permissions.has(permission) {
        return Ok(forbidden);
    }
    match again(tx, current).await {
        Err(StoreError::Refused(refusal @ Refusal::Forbidden { .. })) => Ok(refusal),
        // What else is wrong with it, they see once they know what they change.
        Ok(true) | Err(StoreError::Refused(_)) => Ok(Refusal::VersionMismatch { current }),
        Ok(false) => Ok(match seen(tx).await? {
            Some(now) if now == current => forbidden,
            // Somebody else came between.
            Some(now) => Refusal::VersionMismatch { current: now },
            None => Refusal::NotFound,
        }),
        Err(error) => Err(error),
    }
}

pub fn check_email(fields: &mut Fields, email: Option<&str>) {
    if email.is_some_and(|email| !ringfence_domain::is_email(email)) {
        fields.wrong("email", "invalid", "must be an e-mail address");
    }
}

/// An e-mail address, if one is given.
pub fn email(fields: &mut Fields) -> Option<String> {
    let email = fields.text("email", 3, 254);
    check_email(fields, email.as_deref());
    email
}

/// Whom an issuer calls by this subject. Identities of our own issuing are ours to make.
pub fn identity(fields: &mut Fields) -> (String, String) {
    let (issuer, subject) = (fields.required_text("issuer", 1, 500), fields.required_text("subject", 1, 255));
    // No token of any other issuer is ever believed, those of our own issuing included.
    if !issuer.is_empty() && IssuerConfig::new(&issuer, "ringfence").is_err() {
        fields.wrong("issuer", "invalid", "must be an https URL, as tokens name their issuer");
    }
    // PostgreSQL holds it to 255 bytes, as OpenID Connect does to 255 ASCII characters.
    if subject.len() > 255 {
        fields.wrong("subject", "length", "must be at most 255 bytes");
    }
    (issuer, subject)
}

/// The key in another system: both parts, or neither.
pub fn external(fields: &mut Fields) -> (Option<String>, Option<String>) {
    let (source, id) = (fields.text("external_source", 1, 200), fields.text("external_id", 1, 255));
    if source.is_some() != id.is_some() {
        fields.wrong("external_id", "incomplete", "goes together with external_source");
    }
    (source, id)
}

/// A `name` of a merge patch, which nobody can be without.
pub fn patch_name(fields: &mut Fields, patch: &mut Map<String, Value>) {
    if let Some(name) = fields.patched_text("name", 1, 200) {
        if name.is_none() {
            fields.wrong("name", "required", "cannot be cleared");
        }
        patch.insert("name".into(), json!(name));
    }
}

pub fn patch_email(fields: &mut Fields, patch: &mut Map<String, Value>) {
    if let Some(email) = fields.patched_text("email", 3, 254) {
        check_email(fields, email.as_deref());
        patch.insert("email".into(), json!(email));
    }
}

pub fn patch_external(fields: &mut Fields, patch: &mut Map<String, Value>) {
    for (name, most) in [("external_source", 200), ("external_id", 255)] {
        if let Some(text) = fields.patched_text(name, 1, most) {
            patch.insert(name.into(), json!(text));
        }
    }
    whole_key(fields, patch);
}

/// A patch sets both parts of the key in another system, clears both, or leaves both alone.
pub fn whole_key(fields: &mut Fields, patch: &Map<String, Value>) {
    let null = |name: &str| patch.get(name).map(Value::is_null);
    if null("external_source") != null("external_id") {
        fields.wrong("external_id", "incomplete", "is set and cleared together with external_source");
    }
}
