//! What all of SCIM's operations share on the wire: the media type, weak entity tags, preconditions, and errors in its own form.

use crate::caller::Caller;
use crate::problem::{FieldError, Kind, Problem};
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use ringfence_audit::{Action, Object};
use ringfence_domain::permission;
use ringfence_scim::{Fault, ScimError};
use ringfence_store::{Access, Entered, Refusal, StoreError, TenantTx};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

pub const MEDIA: &str = "application/scim+json";

/// Whether a path is one of SCIM's, so that whatever goes wrong there is told in its form.
pub fn is_scim(path: &str) -> bool {
    let mut parts = path.splitn(7, '/').skip(1);
    parts.next() == Some("v1") && parts.next() == Some("tenants") && parts.next().is_some() && parts.next() == Some("scim") && parts.next() == Some("v2")
}

/// An error as RFC 7644, section 3.12, has it.
pub fn error_body(problem: &Problem) -> Value {
    let (_, status, title) = problem.kind.describe();
    let named = |field: &str| if field.is_empty() { "the body".to_owned() } else { format!("{field}:") };
    let said: Vec<String> = problem.errors.iter().map(|error| format!("{} {}", named(&error.field), error.message)).chain(problem.detail.map(str::to_owned)).collect();
    let mut body = json!({
        "schemas": [ringfence_scim::ERROR],
        "status": status.as_u16().to_string(),
        "detail": if said.is_empty() { format!("{title} ({})", problem.code) } else { said.join("; ") },
    });
    if let Some(word) = scim_type(problem) {
        body["scimType"] = json!(word);
    }
    body
}

fn scim_type(problem: &Problem) -> Option<&'static str> {
    let code = problem.errors.first().map_or(problem.code, |error| error.code);
    match problem.kind {
        Kind::Conflict if code.ends_with("_taken") || code == "member_exists" => Some("uniqueness"),
        Kind::Conflict if code == "not_provisioned" => Some("mutability"),
        Kind::InvalidRequest => Some(match code {
            "invalid_filter" => "invalidFilter",
            "too_many" => "tooMany",
            "invalid_path" => "invalidPath",
            "no_target" => "noTarget",
            "mutability" => "mutability",
            "invalid_syntax" | "malformed_json" | "too_deep" | "repeated" | "unreadable" => "invalidSyntax",
            _ => "invalidValue",
        }),
        _ => None,
    }
}

const fn code(fault: Fault) -> &'static str {
    match fault {
        Fault::InvalidFilter => "invalid_filter",
        Fault::TooMany => "too_many",
        Fault::InvalidSyntax => "invalid_syntax",
        Fault::InvalidPath => "invalid_path",
        Fault::NoTarget => "no_target",
        Fault::InvalidValue => "invalid_value",
        Fault::Mutability => "mutability",
    }
}

impl From<ScimError> for Problem {
    fn from(error: ScimError) -> Self {
        let said = FieldError { field: error.place.into_owned(), code: code(error.fault), message: error.message.into() };
        Self { errors: vec![said], ..Self::new(Kind::InvalidRequest) }
    }
}

/// What only the resource as it stands shows to be wrong, by the schema's name for it.
pub fn refused_by_rule(error: &ScimError) -> StoreError {
    let field = if let Cow::Borrowed(name) = error.place { name } else { "Operations" };
    Refusal::Field { field, code: code(error.fault), message: error.message }.into()
}

/// Operations that RFC 7644 leaves optional, and that are not here.
pub fn unsupported(config: &mut web::ServiceConfig) {
    config.service(
        web::resource(r"/v1/tenants/{tenant}/scim/v2/{operation:Me|Bulk|\.search}").default_service(web::to(|| async { Problem::new(Kind::NotImplemented).error_response() })),
    );
}

/// Under which URL this tenant's resources are: what points to one is its URI (RFC 7643, section 3.1), as clients find it and not as
/// one of them named the host.
pub fn base(caller: &Caller) -> String {
    format!("{}/v1/tenants/{}/scim/v2", caller.public_origin(), caller.tenant_path())
}

pub fn etag(version: i32) -> String {
    format!("W/\"{version}\"")
}

/// The versions that a condition names; `None` for any. A tag that is not one of ours names none.
pub struct Condition(Option<Vec<i32>>);

impl Condition {
    /// Compared weakly (RFC 9110, section 8.8.3.2).
    ///
    /// # Errors
    /// 400 for what is no list of entity tags (RFC 9110, section 8.8.3).
    pub fn of(request: &HttpRequest, name: HeaderName) -> Result<Option<Self>, Problem> {
        Self::read(request, name, false)
    }

    /// Compared strongly: a weak tag names no version.
    ///
    /// # Errors
    /// As `of`.
    pub fn strong(request: &HttpRequest, name: HeaderName) -> Result<Option<Self>, Problem> {
        Self::read(request, name, true)
    }

    fn read(request: &HttpRequest, name: HeaderName, strongly: bool) -> Result<Option<Self>, Problem> {
        let called = if name == header::IF_MATCH { "If-Match" } else { "If-None-Match" };
        let invalid = || Problem::field(called, "invalid", "must be entity tags, such as W/\"3\", or *");
        let mut versions = Vec::new();
        let (mut given, mut any) = (false, false);
        for value in request.headers().get_all(&name) {
            given = true;
            match value.as_bytes().trim_ascii() {
                b"*" => any = true,
                list => versions.extend(tags(list).ok_or_else(invalid)?.into_iter().filter(|(_, weak)| !(strongly && *weak)).filter_map(|(tag, _)| version(tag))),
            }
        }
        Ok(given.then_some(Self((!any).then_some(versions))))
    }

    pub fn names(&self, version: i32) -> bool {
        self.0.as_ref().is_none_or(|versions| versions.contains(&version))
    }
}

/// What stands between the quotes of each tag of a list, and whether the tag is weak. A comma may stand there, too.
fn tags(list: &[u8]) -> Option<Vec<(&[u8], bool)>> {
    let mut tags = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        // Empty elements count for nothing (RFC 9110, section 5.6.1.2).
        if let Some(behind) = rest.strip_prefix(b",") {
            rest = behind.trim_ascii_start();
            continue;
        }
        let weak = rest.strip_prefix(b"W/");
        let opened = weak.unwrap_or(rest).strip_prefix(b"\"")?;
        let end = opened.iter().position(|byte| *byte == b'"')?;
        let (tag, closed) = opened.split_at(end);
        if !tag.iter().all(|byte| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)) {
            return None;
        }
        tags.push((tag, weak.is_some()));
        rest = closed[1..].trim_ascii_start();
        if !rest.is_empty() && !rest.starts_with(b",") {
            return None;
        }
    }
    (!tags.is_empty()).then_some(tags)
}

/// One version has one tag: neither "+3" nor "03" is that of 3.
fn version(tag: &[u8]) -> Option<i32> {
    let digits = std::str::from_utf8(tag).ok()?;
    digits.parse().ok().filter(|version: &i32| version.to_string() == digits)
}

/// # Errors
/// `VersionMismatch` where If-Match names another.
pub fn hold(condition: Option<&Condition>, version: i32) -> Result<(), Refusal> {
    if condition.is_none_or(|condition| condition.names(version)) { Ok(()) } else { Err(Refusal::VersionMismatch { current: version }) }
}

/// Why nothing was found: without the right, nothing is ever found.
pub fn absent(tx: &TenantTx) -> Refusal {
    if tx.entered().is_some_and(may) { Refusal::NotFound } else { Refusal::Forbidden { permission: permission::PROVISION_MANAGE } }
}

/// Why a version just read was not there to be written: somebody was faster, and the whole may be tried again.
pub fn outrun(tx: &TenantTx) -> StoreError {
    if tx.entered().is_some_and(may) { StoreError::Collided } else { absent(tx).into() }
}

pub fn may(entered: &Entered) -> bool {
    entered.permissions.has(permission::PROVISION_MANAGE)
}

/// Who entered, and the resource with its version where there is one.
type Found = (Entered, Option<(Map<String, Value>, i32)>);

/// Answers the reading of one resource, recorded before it is sent; 304 where the client has this version.
///
/// # Errors
/// The problem, its denial recorded.
pub async fn read(
    caller: &Caller,
    request: &HttpRequest,
    (action, asked_for): (Action, Object),
    found: Result<Found, StoreError>,
) -> Result<HttpResponse, Problem> {
    let known = Condition::of(request, header::IF_NONE_MATCH)?;
    match found {
        Ok((entered, _)) if !may(&entered) => Err(caller.denied(action, asked_for, Problem::new(Kind::Forbidden), None, Some(&entered)).await),
        Ok((entered, Some((resource, version)))) => {
            caller.read(&entered, action, Object { version: Some(version), ..asked_for }, json!({})).await?;
            if known.is_some_and(|known| known.names(version)) {
                return Ok(HttpResponse::NotModified().insert_header((header::ETAG, etag(version))).finish());
            }
            Ok(HttpResponse::Ok().insert_header((header::ETAG, etag(version))).content_type(MEDIA).body(Value::Object(resource).to_string()))
        }
        Ok((entered, None)) => Err(caller.denied(action, asked_for, Problem::new(Kind::NotFound), None, Some(&entered)).await),
        Err(error) => Err(caller.refused(action, asked_for, error, None).await),
    }
}

/// A transaction in which whoever lacks the right is refused before anything is read.
///
/// # Errors
/// The problem, its denial recorded.
pub async fn enter(caller: &Caller, action: Action, object: &Object) -> Result<(TenantTx, Entered), Problem> {
    let mut tx = TenantTx::open(caller.database(), &caller.principal, Access::Read).await?;
    let entered = match tx.enter().await.cloned() {
        Ok(entered) => entered,
        Err(error) => {
            // Recording it takes a connection, and whoever holds one while waiting for another may wait for themselves.
            drop(tx);
            return Err(caller.refused(action, object.clone(), error, None).await);
        }
    };
    if may(&entered) {
        return Ok((tx, entered));
    }
    let problem = tx.refuse(Problem::new(Kind::Forbidden)).await;
    Err(caller.denied(action, object.clone(), problem, None, Some(&entered)).await)
}
