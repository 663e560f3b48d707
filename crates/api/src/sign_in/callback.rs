//! GET the callback: the way back from an issuer's page. It believes only an answer to a question that this browser asked, once.

use super::begin::refused;
use super::cookies::{self, Brought};
use super::{Entrance, counted, nobody, parameters, redirect, request_id, turned_away};
use crate::limits::Limits;
use crate::problem::{Kind, Problem};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use jiff::SignedDuration;
use ringfence_identity::sign_in::{Answer, Asked, AttemptSecret, Back, SessionSecret, SignInError};
use ringfence_store::Database;
use ringfence_store::audit_trail::AuditTrail;
use ringfence_store::sessions::{self, Attempt, NewSession};
use std::collections::BTreeMap;

/// Where an issuer sends the browser back to: opens a session, and goes on to where the sign-in was begun for.
#[utoipa::path(get, path = "/v1/auth/callback", operation_id = "signInCallback", tag = "sign-in", security(()),
    params(
        ("code" = Option<String>, Query, description = "The issuer's answer (RFC 6749)"),
        ("state" = Option<String>, Query, description = "What ties it to this browser"),
        ("iss" = Option<String>, Query, description = "Who answers (RFC 9207)"),
        ("error" = Option<String>, Query, description = "Why there is no code"),
    ),
    responses((status = 302, description = "Signed in, with a session's cookie; or not, with sign_in_error in the query: what the issuer said, or why its ID token is not taken, such as `authenticated_too_weakly`, `authenticated_too_long_ago` or `no_id_token`", headers(("Location" = String), ("Set-Cookie" = String)))))]
pub async fn sign_in_callback(request: HttpRequest, entrance: Data<Entrance>, database: Data<Database>, trail: Data<AuditTrail>) -> Result<HttpResponse, Problem> {
    arrived(&request, &entrance, &database, &trail).await
}

/// The same for an issuer that does not name itself in its answers, where people sign in by several: a place of its own tells its answers from another's.
#[utoipa::path(get, path = "/v1/auth/callback/{issuer}", operation_id = "signInCallbackOfIssuer", tag = "sign-in", security(()),
    params(
        ("issuer" = String, Path, description = "The first 16 hexadecimal digits of the SHA-256 of the issuer", example = "3d38e146cf9fbc8c"),
        ("code" = Option<String>, Query, description = "The issuer's answer (RFC 6749)"),
        ("state" = Option<String>, Query, description = "What ties it to this browser"),
        ("iss" = Option<String>, Query, description = "Who answers (RFC 9207)"),
        ("error" = Option<String>, Query, description = "Why there is no code"),
    ),
    responses((status = 302, description = "As of signInCallback", headers(("Location" = String), ("Set-Cookie" = String)))))]
pub async fn sign_in_callback_of_issuer(request: HttpRequest, entrance: Data<Entrance>, database: Data<Database>, trail: Data<AuditTrail>) -> Result<HttpResponse, Problem> {
    arrived(&request, &entrance, &database, &trail).await
}

async fn arrived(request: &HttpRequest, entrance: &Entrance, database: &Database, trail: &AuditTrail) -> Result<HttpResponse, Problem> {
    let database = &Limits::outside(request, database);
    let id = request_id(request);
    let answer = parameters(request.query_string())?;
    let Some((secret, attempt)) = asked_before(request, &answer, database).await? else {
        counted(request, trail, None).await?;
        turned_away(trail, id, "sign_in_unknown", None, nobody()).await?;
        return Err(Problem::with_code(Kind::Unauthenticated, "sign_in_unknown"));
    };
    let over = cookies::clear(&cookies::attempt_name(&secret.state()));
    match signed_in(request, entrance, database, (&secret, &attempt), &answer).await {
        Ok(session) => {
            let lifetime = entrance.limits.absolute.unsigned_abs();
            Ok(redirect(&attempt.return_to, &[cookies::set(cookies::SESSION, &session.expose(), lifetime), over]))
        }
        Err(Turned::Back(code)) => {
            counted(request, trail, attempt.tenant_id).await?;
            turned_away(trail, id, code, attempt.tenant_id, nobody()).await?;
            Ok(redirect(&with_error(&attempt.return_to, code), &[over]))
        }
        Err(Turned::Away(problem)) => {
            if problem.kind == Kind::Unauthenticated {
                counted(request, trail, attempt.tenant_id).await?;
                turned_away(trail, id, problem.code, attempt.tenant_id, nobody()).await?;
            }
            Err(problem)
        }
    }
}

/// What the issuer says of the person is for the page that asked; an answer that somebody may have put in its place is for nobody.
fn turned(error: SignInError) -> Turned {
    match error {
        SignInError::TooLongAgo | SignInError::NotStrongEnough | SignInError::NoIdToken | SignInError::Unavailable | SignInError::IdToken(_) => Turned::Back(error.code()),
        _ => Turned::Away(refused(error)),
    }
}

/// Why nobody is signed in.
enum Turned {
    /// The issuer said no, or not what was asked for, and the page that asked is told.
    Back(&'static str),
    /// The answer is not one to be believed.
    Away(Problem),
}

/// The attempt that this browser holds the secret of and this answer the state of; taken, so that no second answer finds it.
async fn asked_before(request: &HttpRequest, answer: &BTreeMap<String, String>, database: &Database) -> Result<Option<(AttemptSecret, Attempt)>, Problem> {
    let Some(Brought::One(secret)) = answer.get("state").map(|state| cookies::attempt(request, state)) else { return Ok(None) };
    let taken = sessions::take_sign_in(database, &database.credential_hash("sign_in", secret.bytes())).await?;
    Ok(taken.map(|attempt| (secret, attempt)))
}

async fn signed_in(
    request: &HttpRequest,
    entrance: &Entrance,
    database: &Database,
    (secret, attempt): (&AttemptSecret, &Attempt),
    answer: &BTreeMap<String, String>,
) -> Result<SessionSecret, Turned> {
    let back = Back { iss: answer.get("iss").map(String::as_str), place: request.match_info().get("issuer") };
    let Some(code) = answer.get("code") else {
        entrance.sign_in.check_who_answers(&attempt.issuer, back).await.map_err(|error| Turned::Away(refused(error)))?;
        return Err(Turned::Back(said_no(answer.get("error").map(String::as_str))));
    };
    let asked = Asked { max_age: attempt.max_age.map(|seconds| SignedDuration::from_secs(seconds.into())), acr: attempt.acr.clone() };
    let person =
        entrance.sign_in.complete(&attempt.issuer, Answer { code, back }, &asked, secret).await.map_err(turned)?;
    let fresh = SessionSecret::generate().map_err(|_| Turned::Away(Problem::new(Kind::Internal)))?;
    let hash = |secret: &SessionSecret| database.credential_hash("session", secret.bytes());
    let new = NewSession {
        hash: hash(&fresh),
        // Whatever the browser held before ends here; it is never carried on.
        replaces: match cookies::session(request) {
            Brought::One(former) => Some(hash(&former)),
            _ => None,
        },
        issuer: person.identity.issuer(),
        subject: person.identity.subject(),
        issuer_session_id: person.issuer_session_id.as_deref(),
        id_token: &person.id_token,
        acr: person.acr.as_deref(),
        authenticated_at: person.authenticated_at,
        verified_email: person.verified_email.as_deref(),
        idle: entrance.limits.idle,
        absolute: entrance.limits.absolute,
    };
    sessions::open(database, &new, request_id(request)).await.map_err(|error| Turned::Away(error.into()))?;
    Ok(fresh)
}

/// The issuer's word for it, if it is one that pages can do something with (OpenID Connect Core, section 3.1.2.6).
fn said_no(error: Option<&str>) -> &'static str {
    match error {
        Some("access_denied") => "access_denied",
        Some("login_required" | "interaction_required" | "account_selection_required" | "consent_required") => "interaction_required",
        Some("unmet_authentication_requirements") => "authenticated_too_weakly",
        Some("temporarily_unavailable") => "issuer_unavailable",
        _ => "issuer_refused",
    }
}

fn with_error(return_to: &str, code: &str) -> String {
    let (rest, fragment) = return_to.split_once('#').map_or((return_to, String::new()), |(rest, fragment)| (rest, format!("#{fragment}")));
    let join = if rest.contains('?') { '&' } else { '?' };
    format!("{rest}{join}sign_in_error={code}{fragment}")
}
