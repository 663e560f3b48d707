//! Answers of operations that change something: made inside the transaction, kept under an idempotency key, sent once.

use crate::caller::Caller;
use crate::problem::{Kind, Problem};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use ringfence_audit::{Action, Object};
use ringfence_store::idempotency::{self, Attempt, Found, KeptAnswer};
use ringfence_store::{Access, Entered, StoreError, TenantTx};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::cell::Cell;
use uuid::Uuid;

const JSON: &str = "application/json";

/// What a mutation answers, as text, so that a replay is the same to the byte.
#[derive(Debug, Clone)]
pub struct Answer {
    status: StatusCode,
    etag: Option<String>,
    location: Option<String>,
    media: &'static str,
    body: String,
    /// What is kept for a replay in the body's place: nothing secret rests.
    kept: Option<String>,
    /// It was as it was asked for: nothing was changed, so that no event of a change stands in the trail.
    unchanged: bool,
}

impl Answer {
    pub fn ok<T: Serialize>(record: &T, version: Option<i32>) -> Self {
        Self { status: StatusCode::OK, etag: version.map(etag), location: None, media: JSON, body: serde_json::to_string(record).unwrap_or_default(), kept: None, unchanged: false }
    }

    pub fn created<T: Serialize>(record: &T, version: Option<i32>, location: String) -> Self {
        Self { status: StatusCode::CREATED, location: Some(location), ..Self::ok(record, version) }
    }

    /// Made, and read in its list alone: there is no place of its own to name.
    pub fn made<T: Serialize>(record: &T, version: Option<i32>) -> Self {
        Self { status: StatusCode::CREATED, ..Self::ok(record, version) }
    }

    /// Taken on, and not done yet.
    pub fn accepted<T: Serialize>(record: &T) -> Self {
        Self { status: StatusCode::ACCEPTED, ..Self::ok(record, None) }
    }

    pub const fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, etag: None, location: None, media: JSON, body: String::new(), kept: None, unchanged: false }
    }

    /// It was ended before: asked for again, it stays as it is, and the trail says that somebody asked.
    pub fn ended_before() -> Self {
        Self { unchanged: true, ..Self::no_content() }
    }

    /// In SCIM's media type, with an entity tag of its kind. Never kept under an idempotency key.
    pub fn of_scim(status: StatusCode, etag: String, location: Option<String>, body: &Value) -> Self {
        Self { status, etag: Some(etag), location, media: crate::scim::MEDIA, body: body.to_string(), kept: None, unchanged: false }
    }

    /// The same, of which a replay shows this record instead.
    pub fn shown_once<T: Serialize>(self, instead: &T) -> Self {
        Self { kept: Some(serde_json::to_string(instead).unwrap_or_default()), ..self }
    }

    fn respond(self, replayed: bool) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(etag) = self.etag {
            response.insert_header((header::ETAG, etag));
        }
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if replayed {
            response.insert_header(("Idempotency-Replayed", "true"));
        }
        if self.status == StatusCode::NO_CONTENT { response.finish() } else { response.content_type(self.media).body(self.body) }
    }

    /// The id of the object that a kept answer to this action tells of.
    fn is_of(&self, action: Action, kind: Option<&str>) -> Option<Uuid> {
        // Made on a ticket, which its answer names too.
        let kind = if action == Action::CommentCreated { "comment" } else { kind? };
        let body = serde_json::from_str::<Value>(&self.body).ok()?;
        let name = if kind == "break_glass_grant" { "grant_id".to_owned() } else { format!("{kind}_id") };
        body.get(&name).or_else(|| body.get(kind)?.get(&name))?.as_str()?.parse().ok()
    }

    fn keep(&self) -> KeptAnswer {
        KeptAnswer {
            status: i16::try_from(self.status.as_u16()).unwrap_or(200),
            headers: json!({ "etag": self.etag, "location": self.location }),
            body: self.kept.as_ref().unwrap_or(&self.body).clone(),
        }
    }

    fn kept(kept: KeptAnswer) -> Self {
        let header = |name: &str| kept.headers.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            status: u16::try_from(kept.status).ok().and_then(|s| StatusCode::from_u16(s).ok()).unwrap_or(StatusCode::OK),
            etag: header("etag"),
            location: header("location"),
            media: JSON,
            body: kept.body,
            kept: None,
            unchanged: false,
        }
    }
}

/// An entity tag of a version (RFC 9110, section 8.8.3).
pub fn etag(version: i32) -> String {
    format!("\"{version}\"")
}

/// That of nothing: the first version is 1.
const NO_VERSION: i32 = 0;

/// The version that the client says it has read.
///
/// # Errors
/// 428 without If-Match; 400 for what is not one entity tag. One that is weak, or none of ours, names no version (RFC 9110, section 13.1.1).
pub fn expected_version(request: &HttpRequest) -> Result<i32, Problem> {
    let mut values = request.headers().get_all(header::IF_MATCH);
    let Some(value) = values.next() else {
        return Err(Problem::new(Kind::PreconditionRequired));
    };
    let invalid = || Problem::field("If-Match", "invalid", "must be one entity tag, such as \"3\"");
    if values.next().is_some() {
        return Err(invalid());
    }
    let text = value.to_str().map_err(|_| invalid())?.trim();
    let weak = text.strip_prefix("W/");
    let tag = weak.unwrap_or(text).strip_prefix('"').and_then(|t| t.strip_suffix('"')).filter(|tag| !tag.contains(['"', ' '])).ok_or_else(invalid)?;
    // One version has one tag: neither "+3" nor "03" is that of 3.
    Ok(tag.parse().ok().filter(|version: &i32| weak.is_none() && version.to_string() == tag).unwrap_or(NO_VERSION))
}

/// The idempotency key of a request, bound to the operation; the object and the body must be the same again.
///
/// # Errors
/// 400 for a key that is empty, too long or not printable ASCII.
pub fn attempt(request: &HttpRequest, body: &[u8]) -> Result<Option<Attempt>, Problem> {
    let mut values = request.headers().get_all("Idempotency-Key");
    let Some(value) = values.next() else { return Ok(None) };
    let invalid = || Problem::field("Idempotency-Key", "invalid", "must be given once, as 1 to 255 printable ASCII characters");
    let key = value.to_str().map_err(|_| invalid())?;
    if !(1..=255).contains(&key.len()) || !key.bytes().all(|byte| (b' '..=b'~').contains(&byte)) || values.next().is_some() {
        return Err(invalid());
    }
    let precondition = request.headers().get(header::IF_MATCH).map(|v| v.as_bytes().to_vec()).unwrap_or_default();
    let mut digest = Sha256::new().chain_update((precondition.len() as u64).to_be_bytes()).chain_update(precondition);
    // Which object, as it was named; the tenant is the same by slug and by id.
    for (name, value) in request.match_info().iter().filter(|(name, _)| *name != "tenant") {
        digest = digest.chain_update(name).chain_update([0]).chain_update(value).chain_update([0]);
    }
    Ok(Some(Attempt {
        route: format!("{} {}", request.method(), request.match_pattern().unwrap_or_default()),
        key: key.to_owned(),
        body_hash: digest.chain_update(body).finalize().into(),
    }))
}

/// Tries at a transaction that collided with another.
const TRIES: usize = 4;

/// Runs a change: idempotency, the change, commit; again in a fresh transaction if it collided with another.
///
/// # Errors
/// The problem, its denial recorded.
pub async fn change<F>(caller: &Caller, attempt: Option<Attempt>, action: Action, object: Object, work: F) -> Result<HttpResponse, Problem>
where
    F: AsyncFn(&mut TenantTx) -> Result<Answer, StoreError>,
{
    change_found(caller, attempt, action, (object, &Cell::new(None)), work).await
}

/// The same of what a route may name by number: which it is, the work says once it has found it, and a denial after that names it.
///
/// # Errors
/// The problem, its denial recorded.
pub async fn change_found<F>(caller: &Caller, attempt: Option<Attempt>, action: Action, (object, found): (Object, &Cell<Option<Uuid>>), work: F) -> Result<HttpResponse, Problem>
where
    F: AsyncFn(&mut TenantTx) -> Result<Answer, StoreError>,
{
    let object = || Object { id: found.get().or(object.id), ..object.clone() };
    for _ in 1..TRIES {
        match once(caller, attempt.as_ref(), action, &object, &work).await {
            Err(Outcome::Again) => {}
            Err(Outcome::Problem(problem)) => return Err(problem),
            Ok(response) => return Ok(response),
        }
    }
    Err(Problem::new(Kind::Unavailable))
}

enum Outcome {
    Again,
    Problem(Problem),
}

async fn once<F>(caller: &Caller, attempt: Option<&Attempt>, action: Action, object: &impl Fn() -> Object, work: &F) -> Result<HttpResponse, Outcome>
where
    F: AsyncFn(&mut TenantTx) -> Result<Answer, StoreError>,
{
    let mut tx = TenantTx::open(caller.database(), &caller.principal, Access::Write).await.map_err(|e| Outcome::Problem(e.into()))?;
    let mut entered = None;
    match attempted(&mut tx, attempt, &mut entered, work).await {
        Ok(Attempted::Done(answer)) => {
            tx.commit().await.map_err(|e| if matches!(e, StoreError::Collided) { Outcome::Again } else { Outcome::Problem(e.into()) })?;
            match &entered {
                Some(entered) if answer.unchanged => caller.read(entered, action, object(), json!({ "unchanged": true })).await.map_err(Outcome::Problem)?,
                Some(entered) => caller.changed(entered).await.map_err(Outcome::Problem)?,
                None => {}
            }
            Ok(answer.respond(false))
        }
        Ok(Attempted::Replay(answer)) => {
            let _ = tx.rollback().await;
            // Nothing was done, but a kept answer was read.
            if let Some(entered) = &entered {
                let asked = object();
                // Of what was done to an object there is one event; this one says beside itself which it was.
                let details = json!({ "replayed": true, "object_id": answer.is_of(action, asked.kind) });
                caller.read(entered, action, asked, details).await.map_err(Outcome::Problem)?;
            }
            Ok(answer.respond(true))
        }
        Ok(Attempted::Refused(problem)) => {
            let _ = tx.rollback().await;
            Err(Outcome::Problem(caller.denied(action, object(), problem, None, entered.as_ref()).await))
        }
        Err(error) => {
            let error = tx.refuse(error).await;
            if matches!(error, StoreError::Collided) {
                return Err(Outcome::Again);
            }
            Err(Outcome::Problem(caller.refused(action, object(), error, entered.as_ref()).await))
        }
    }
}

enum Attempted {
    Done(Answer),
    Replay(Answer),
    Refused(Problem),
}

async fn attempted<F>(tx: &mut TenantTx, attempt: Option<&Attempt>, entered: &mut Option<Entered>, work: &F) -> Result<Attempted, StoreError>
where
    F: AsyncFn(&mut TenantTx) -> Result<Answer, StoreError>,
{
    if let Some(attempt) = attempt {
        let found = idempotency::find(tx, attempt).await;
        *entered = tx.met().cloned();
        match found? {
            Found::Fresh => {}
            Found::InFlight => return Ok(Attempted::Refused(Problem::with_code(Kind::Conflict, "idempotency_in_flight"))),
            Found::OtherBody => return Ok(Attempted::Refused(Problem::new(Kind::IdempotencyMismatch))),
            Found::Kept(kept) => return Ok(Attempted::Replay(Answer::kept(kept))),
        }
    }
    let worked = work(tx).await;
    *entered = tx.met().cloned();
    let answer = worked?;
    if let Some(attempt) = attempt {
        idempotency::keep(tx, attempt, &answer.keep()).await?;
    }
    Ok(Attempted::Done(answer))
}
